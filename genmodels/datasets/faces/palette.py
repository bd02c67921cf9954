"""Colours chosen by hand, so that any two of them can stand side by side."""

from __future__ import annotations

from typing import NamedTuple

from genmodels.datasets.faces.pen import Color


class Skin(NamedTuple):
    base: Color
    shade: Color
    lips: Color
    blush: Color


SKIN = {
    "porcelain": Skin((255, 229, 214), (241, 197, 181), (214, 112, 112), (250, 140, 136)),
    "fair": Skin((252, 212, 184), (232, 174, 146), (204, 100, 94), (244, 120, 108)),
    "honey": Skin((240, 194, 148), (216, 158, 112), (188, 90, 80), (230, 108, 84)),
    "olive": Skin((216, 168, 122), (187, 134, 92), (164, 78, 68), (208, 94, 72)),
    "tan": Skin((190, 134, 92), (158, 102, 68), (134, 58, 54), (190, 78, 62)),
    "brown": Skin((152, 100, 68), (120, 74, 52), (112, 38, 42), (194, 80, 68)),
    "deep": Skin((114, 73, 54), (86, 52, 42), (212, 102, 98), (188, 74, 72)),
}
HAIR: dict[str, Color] = {
    "black": (42, 37, 46),
    "dark-brown": (82, 54, 44),
    "chestnut": (128, 78, 50),
    "auburn": (152, 66, 42),
    "ginger": (218, 114, 52),
    "blond": (234, 190, 102),
    "platinum": (238, 220, 184),
    "gray": (160, 163, 172),
    "teal": (44, 164, 164),
    "pink": (238, 126, 168),
}
EYES: dict[str, Color] = {
    "brown": (104, 62, 38),
    "hazel": (158, 112, 48),
    "green": (70, 142, 84),
    "blue": (58, 128, 204),
    "gray": (120, 138, 156),
}
CLOTH: dict[str, Color] = {
    "white": (243, 241, 237),
    "charcoal": (70, 74, 86),
    "navy": (52, 78, 130),
    "coral": (228, 98, 88),
    "mustard": (232, 176, 70),
    "green": (80, 146, 108),
    "sky": (112, 174, 222),
    "plum": (138, 88, 146),
}
BACKGROUND: dict[str, Color] = {
    "cream": (248, 240, 225),
    "sky": (188, 220, 240),
    "mint": (194, 229, 210),
    "peach": (255, 211, 188),
    "lavender": (214, 204, 238),
    "rose": (247, 198, 207),
    "sunshine": (252, 222, 138),
    "dusk": (110, 128, 170),
}
GOLD: Color = (240, 190, 66)
PEARL: Color = (250, 248, 250)
INK: Color = (46, 34, 44)
EYE_WHITE: Color = (253, 251, 248)
