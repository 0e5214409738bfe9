"""Makes the report fonts from Source Sans 3 (SIL Open Font License 1.1).

Run once when the fonts are to be renewed; the results are committed, because a report's bytes depend
on them::

    python subset_fonts.py FOLDER_WITH_SourceSans3_TTF

The licence reserves the name "Source" for the unchanged fonts, so the subset carries another name.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Plankompass Sans"
FACES = {"Regular": "SourceSans3-Regular.ttf", "Semibold": "SourceSans3-Semibold.ttf"}
# Latin with the letters of all Sami languages and Kven, punctuation, arrows, marks of the charts.
UNICODES = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *(0x1B7, *range(0x1E4, 0x1E8), 0x1EE, 0x1EF, 0x292, 0x2B9, 0x2BC),
    *(0x2009, 0x200A, 0x202F, *range(0x2010, 0x2016), *range(0x2018, 0x201F)),
    *(0x2020, 0x2021, 0x2022, 0x2026, 0x2030, 0x2032, 0x2039, 0x203A, 0x2044, 0x20AC),
    *(0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0x2713),
    *(0x25A0, 0x25A1, 0x25B2, 0x25BC, 0x25B3, 0x25BD, 0x25C6, 0x25CB, 0x25CF),
]
NAMES = {1: FAMILY, 2: "{face}", 4: FAMILY + " {face}", 6: "PlankompassSans-{face}", 16: FAMILY}


def make(source: Path, face: str, target: Path) -> None:
    """Write one face as TTF and as WOFF.

    Args:
        source: The unchanged TTF.
        face: Style name.
        target: Folder of the results.
    """
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14, 16, 17]
    options.notdef_outline = True
    options.drop_tables += ["DSIG"]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=UNICODES)
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in NAMES:
            record.string = NAMES[record.nameID].format(face=face)
        elif record.nameID == 17:
            record.string = face
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    for flavor, suffix in ((None, ".ttf"), ("woff", ".woff")):
        font.flavor = flavor
        font.save(target / f"PlankompassSans-{face}{suffix}")


def main() -> None:
    """Make every face."""
    folder = Path(sys.argv[1])
    for face, name in FACES.items():
        make(folder / name, face, Path(__file__).parent)
        size = TTFont(Path(__file__).parent / f"PlankompassSans-{face}.ttf")
        print(face, len(size.getGlyphOrder()), "glyphs")


if __name__ == "__main__":
    main()
