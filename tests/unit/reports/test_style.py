"""The palette holds on screen, in print and for readers who see fewer colours."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from plankompass.reports import style

# Machado, Oliveira & Fernandes (2009), severity 1.0: linear RGB as seen with each deficiency.
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """WCAG 2.1 contrast ratio."""
    light = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b)), reverse=True)
    return (light[0] + 0.05) / (light[1] + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* under D65."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_ruler_itself():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#9aa1ad", "#ffffff") < 3  # a grey that is known to fail
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colour", sorted(set(style.TEXT_COLOURS)))
@pytest.mark.parametrize("ground", [style.PAPER, style.WASH])
def test_text_reaches_four_and_a_half(colour, ground):
    assert contrast(colour, ground) >= 4.5


def test_text_on_the_front_band():
    assert contrast(style.FOAM, style.NIGHT) >= 4.5


@pytest.mark.parametrize("colour", sorted(set(style.MEANING_COLOURS)))
def test_what_is_drawn_with_meaning_reaches_three(colour):
    assert contrast(colour, style.PAPER) >= 3


@pytest.mark.parametrize(
    ("fill", "ink"), list(zip(style.DIVERGING, style.DIVERGING_TEXT, strict=True))
)
def test_numbers_in_the_answers_are_readable(fill, ink):
    assert contrast(ink, fill) >= 4.5


@pytest.mark.parametrize("seen", [None, *DEFICIENCIES])
def test_groups_shown_together_stay_apart(seen):
    matrix = np.eye(3) if seen is None else np.array(DEFICIENCIES[seen])
    groups = ("folkevalgte", "administrasjon", "innbyggere", "deltakere")
    for a, b in itertools.combinations(groups, 2):
        colours = [lab(matrix @ linear(style.GROUP_COLOURS[g])) for g in (a, b)]
        assert np.linalg.norm(colours[0] - colours[1]) >= 12, f"{a} and {b}"


def test_answers_get_lighter_to_the_middle_and_darker_after():
    light = [float(lab(linear(c))[0]) for c in style.DIVERGING]
    assert light[0] < light[1] < light[2] > light[3] > light[4]


def test_neighbouring_answers_stay_apart_in_a_grey_print():
    """Uenig, verken, enig: what lies beside each other differs in lightness, not in hue alone."""
    light = [float(lab(linear(style.DIVERGING[i]))[0]) for i in (0, 2, 4)]
    assert all(abs(a - b) > 25 for a, b in itertools.pairwise(light))


def test_every_group_of_respondents_has_a_marker_of_its_own():
    groups = ("folkevalgte", "administrasjon", "innbyggere", "deltakere")
    assert len({style.GROUP_MARKERS[g] for g in groups}) == len(groups)


def test_style_sheet_and_typst_use_the_palette(root):
    known = {
        value.lower()
        for value in [*vars(style).values(), *style.GROUP_COLOURS.values(), *style.DIVERGING]
        if isinstance(value, str) and value.startswith("#")
    } | {"#fff", "#ffffff", "#6f9fac"}  # the last is a shade in the compass mark
    folder = root / "workflow/plankompass/reports/templates"
    for name in ("report.css", "report.typ"):
        text = (folder / name).read_text(encoding="utf-8")
        text = re.sub(r"#innhold|#filter", "", text)
        used = {c.lower() for c in re.findall(r'(?<=[\s"(:])#[0-9a-fA-F]{3,6}\b', text)}
        assert used - known == set(), name


def test_the_fonts_have_the_letters_of_norwegian_and_sami():
    from fontTools.ttLib import TTFont

    letters = "æøåÆØÅáčđŋšŧžÁČĐŊŠŦŽïöäâʼ–−«»…✓▲▼●○◆\u00a0\u2009\u202f"
    for path in style.FACES.values():
        for file in (path, path.with_suffix(".woff")):
            cmap = TTFont(file).getBestCmap()
            assert [c for c in letters if ord(c) not in cmap] == []
            metrics = TTFont(file)["hmtx"]
            assert len({metrics[cmap[ord(d)]][0] for d in "0123456789"}) == 1  # figures align
