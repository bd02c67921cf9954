"""Which Debian packages the glyphs are drawn from, under which license, and which of their faces are left out."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

# Taken from each package's own copyright file; packages under a bare GPL or a share-alike licence were left out.
PACKAGES = {
    "OFL-1.0": "breip century-catalogue inconsolata levien-museum levien-typoscript oldstandard",
    "OFL-1.1": """allerta anonymous-pro apropal arapey averia-gwf averia-sans-gwf averia-serif-gwf bajaderka bebas-neue
        bwht cabin cabinsketch cantarell cardo cherrybomb cmu comfortaa comic-neue compagnon courier-prime
        crosextra-carlito dancingscript dkg-handwriting dosis dotgothic16 ebgaramond ecolier-court elstob eurofurence
        fantasque-sans ferrite-core firacode gemunu-libre gfs-artemisia gfs-bodoni-classic gfs-didot gfs-neohellenic
        gnutypewriter gotico-antiqua havana hermit hosny-amiri humor-sans inter junction junicode kalapi karla karmilla
        kaushanscript klee kristi lato le-murmure league-mono league-spartan leckerli-one lemonada liberation2 lobster
        lobstertwo lxgw-wenkai manrope millimetre monofur mononoki mplus nanum noto-core noto-mono noto-ui-core
        oflb-asana-math oflb-euterpe okolaks opendin play proggy quattrocento quicksand radisnoir rampart reggae
        rocknroll sil-andika sil-charis sil-doulos sil-galatia sil-gentium sil-gentium-basic sil-gentiumplus sixtyfour
        smc-gayathri smc-manjari smiley-sans solide-mirage sora stick stix tomsontalks train vollkorn yanone-kaffeesatz
        yrsa-rasa yusei-magic""",
    "OFL-1.1 or LGPL-2.1": "essays1743",
    "OFL-1.1 or BSD-3-clause": "georgewilliams",
    "OFL-1.1 or GPL-2+ with font exception": "linuxlibertine ubuntu-title",
    "OFL-1.1 or GPL-3+ with font exception": "oxygen",
    "OFL-1.1 or GPL-3": "jura",
    "OFL-1.1, EPL-2.0 or EDL-1.0": "b612",
    "OFL-1.1 or MIT": "monoid routed-gothic",
    "Apache-2.0": """clear-sans crosextra-caladea jetbrains-mono motoya-l-maruberi open-sans roboto-slab
        roboto-unhinted""",
    "MIT": "agave fanwood lindenhill roadgeek",
    "MIT and Bitstream Vera": "hack",
    "MIT-like": "baekmuk",
    "BSD-3-clause": "go",
    "BSD-2-clause": "spleen",
    "Bitstream Vera": "dejavu-core dejavu-extra",
    "GUST Font License (LPPL-1.3c)": "lmodern texgyre",
    "ParaType Free Font License": "paratype",
    "CC-BY-3.0 and Bitstream Vera": "opendyslexic",
    "WTFPL-2": "fantasma",
    "public domain": "goudybookletter prociono tuffy",
}
LICENSES = {f"fonts-{name}": license for license, names in PACKAGES.items() for name in names.split()}

REFUSED_FACES = {
    "CabinSketch": "hatched: nothing but noise at 28 x 28",
    "Linux Biolinum Keyboard": "keys, not letters",
    "Sixtyfour": "broken up by scan lines",
}

HEAD = """# Fonts behind `glyphs.npz`

{faces} faces of {packages} Debian 12 packages, drawn once. Of each, the characters 0-9 and A-Z are kept as small
distance maps; no font program is. The bitmaps are released with the project under Apache-2.0; the fonts themselves
stay under the licenses below, as each package's copyright file gives them. Whole packages are held out, so no face
that is tested on has a sister in training.

To build the file again (no root needed; about 400 MB of packages):

```
mkdir -p fonts && cd fonts
for package in $(python -m genmodels.datasets.font_packages); do
    apt-get download "$package" && dpkg-deb -x "$package"_*.deb "unpacked/$package"
done
cd .. && python -m genmodels.datasets.build_glyphs fonts/unpacked
```

Left out on the way: faces that lack one of the 36 characters, give two of them the same form, have strokes thinner than
a pixel and a half, repeat an earlier face or cannot be read by comparison with other packages, and everything past a
dozen in one package.

| package | license | split | faces |
|---|---|---|---|
"""


def write_list(file: Path, faces: list[tuple[str, str, bool]]) -> None:
    """FONTS.md from rows of (package, face, held out)."""
    names: dict[str, list[str]] = defaultdict(list)
    split = {}
    for package, name, held_out in faces:
        names[package].append(name)
        split[package] = "held out" if held_out else "train"
    rows = [f"| {p} | {LICENSES[p]} | {split[p]} | {', '.join(sorted(names[p]))} |" for p in sorted(names)]
    file.write_text(HEAD.format(faces=len(faces), packages=len(names)) + "\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    print(*sorted(LICENSES), sep="\n")
