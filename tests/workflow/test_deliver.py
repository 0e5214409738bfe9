"""A delivery of a built study holds what readers get and nothing that stays with the researchers."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from tests.workflow.checkout import MUNICIPALITIES, plankompass


def test_nothing_internal_leaves(checkout: Path):
    folder = checkout / "reports/eksempel"
    internal = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.*")
        if not re.match(r"(\d{4}|nettverk)/|index\.html", path.relative_to(folder).as_posix())
    }
    assert "datakvalitet.html" in internal
    done = plankompass(checkout, "deliver", "eksempel")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "says what its report.json says" in done.stdout
    with zipfile.ZipFile(folder / "levering.zip") as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
        index = archive.read(next(n for n in archive.namelist() if n.endswith("/index.html")))
    assert sum(name.endswith("/rapport.pdf") for name in names) == MUNICIPALITIES + 1
    assert not internal & set(names)
    assert not [name for name in names if name.endswith((".json", ".parquet"))]
    text = index.decode("utf-8")
    assert not [name for name in internal if f'href="{name}"' in text]
    links = set(re.findall(r'href="([^"#]+)"', text))
    assert links and links <= set(names)
