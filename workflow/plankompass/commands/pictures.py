"""The pictures of README and handbook, taken of the example's own files."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

from plankompass.study.problems import PlankompassError

FOLDER = Path("docs/pictures")
STUDY = Path("reports/eksempel")
MUNICIPALITY = "9901"
LARGEST = 150_000
"""Bytes of one picture."""

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SCALE = 1.5  # pixels a point
_MARGIN = 24.0  # points around the profile


def take_pictures(root: Path) -> int:
    """Write the pictures: the index, a report's first page, and its profile.

    Args:
        root: The checkout, with the example built.

    Returns:
        0.

    Raises:
        PlankompassError: The example is not built, there is no browser, or a picture is too large.
    """
    report = root / STUDY / MUNICIPALITY / "rapport.pdf"
    index = root / STUDY / "index.html"
    for path in (report, index):
        if not path.is_file():
            raise PlankompassError(f"{path.relative_to(root)}: not built; run ./plankompass build")
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    front, profile = _pages(report)
    for name, picture in (("index", _index(index)), ("forside", front), ("profil", profile)):
        data = _small(picture)
        if len(data) > LARGEST:
            raise PlankompassError(f"{name}.png: {len(data)} bytes, more than {LARGEST}")
        (folder / f"{name}.png").write_bytes(data)
        print(f"{(FOLDER / name).as_posix()}.png: {len(data) // 1000} kB")
    return 0


def _pages(report: Path):
    """The first page, and what stands of the profile on the page after it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(report)
    front, second = (document[i].render(scale=_SCALE).to_pil() for i in (0, 1))
    page = document[1]
    width, height = page.get_size()
    words = page.get_textpage()
    boxes = [words.get_rect(i) for i in range(words.count_rects())]
    # the note under the profile is followed by the next section's large heading
    tall = [top for _, bottom, _, top in boxes if top - bottom > 11 and top < height - 60]
    end = height - (max(tall) if tall else 0.0)
    return front, second.crop(
        (0, round(_MARGIN * _SCALE), round(width * _SCALE), round((end - 6) * _SCALE))
    )


def _index(index: Path):
    from PIL import Image

    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise PlankompassError("no Chromium on this machine; ./plankompass test installs it")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise PlankompassError(
            "pictures are taken in the developers' environment: run ./plankompass test once"
        ) from None
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1100, "height": 1240})
        page.goto(index.resolve().as_uri())
        shot = page.screenshot()
        chromium.close()
    return Image.open(io.BytesIO(shot))


def _small(picture) -> bytes:
    """A picture as PNG with few colours: text and lines need no more."""
    buffer = io.BytesIO()
    picture.convert("RGB").quantize(160, dither=0).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
