"""Tensors to pictures: every level on its shade, every picture in its place, and nothing between them but white."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from demo.pictures import shades, to_image


def test_the_range_of_the_model_is_the_range_of_the_screen():
    levels = torch.tensor([-7.0, -1, -0.9999, 0, 0.5, 1, 7]).reshape(1, 1, 1, 7)
    before = levels.clone()
    assert shades(levels).ravel().tolist() == [0, 0, 0, 128, 191, 255, 255]
    assert shades(levels, 0.5).ravel().tolist() == [0, 64, 64, 128, 159, 191, 255]
    assert torch.equal(levels, before), "whoever made the picture still needs it"


@pytest.mark.parametrize("channels", [1, 3])
def test_colors_stay_with_their_pixels(channels: int):
    pictures = torch.arange(2 * channels * 3 * 5).reshape(2, channels, 3, 5) / 127.5 - 1
    made = shades(pictures)
    assert made.shape == (2, 3, 5, channels)
    assert made[1, 2, 4].tolist() == [15 * (channels + c) + 14 for c in range(channels)]


@pytest.mark.parametrize(("count", "columns", "gap"), [(5, 3, 2), (5, 3, 0), (4, None, 1), (1, 1, 0)])
def test_a_sheet_holds_each_picture_once(count: int, columns: int | None, gap: int):
    pictures = torch.stack([torch.full((3, 4, 6), k / 127.5 - 1) for k in range(count)])
    sheet = np.asarray(to_image(pictures, columns, gap=gap))
    across = columns or count
    down = -(-count // across)
    assert sheet.shape == (4 * down + gap * (down - 1), 6 * across + gap * (across - 1), 3)
    for k in range(count):
        top, left = (k // across) * (4 + gap), (k % across) * (6 + gap)
        assert (sheet[top : top + 4, left : left + 6] == k).all()
    assert (sheet == 255).sum() == sheet.size - count * 4 * 6 * 3
