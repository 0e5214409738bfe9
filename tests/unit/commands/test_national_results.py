"""What the national benchmark keeps of each size, and what its table says of growth and of gaps."""

from __future__ import annotations

import pytest

from plankompass.commands.measuring import exponent
from plankompass.commands.measuring_engines import SYSTEM_BUILT
from plankompass.commands.national_results import Build, National, keep, kept, table


def build(size: int, power: float = 1.0) -> Build:
    job = {"jobs": 1.0, "wall": 2.0, "cpu": size**power, "imports": 0.0, "memory": 300.0}
    return Build(9.0, 2 * size, 500.0, {"disclosure.primary:suppress_primary": job})


def study(size: int, **more: object) -> National:
    return National(size, "abc", {"municipal reports": size}, build(size, 1.5), **more)


def test_a_size_takes_the_place_of_its_earlier_measurement_only(tmp_path):
    path = tmp_path / "benchmarks/national.json"
    for found in (study(120), study(12), study(12, bare={"Typst": 3.0})):
        keep(path, found)
    assert [one.municipalities for one in kept(path)] == [12, 120]
    assert kept(path)[0] == study(12, bare={"Typst": 3.0})
    again = study(120, later={"nothing changed": build(1)})
    keep(path, again)
    assert kept(path)[1] == again


def test_the_table_tells_growth_from_sixty_on_and_what_was_not_measured():
    bare = {"Typst": 10.0, SYSTEM_BUILT: 2.0}
    lines = table([
        study(12, later={"one template": build(1)}, bare=bare), study(60, bare=bare), study(240),
    ])  # fmt: skip
    job = next(line for line in lines if line.startswith("| disclosure.primary"))
    assert job.endswith("| 1.50 |")
    assert next(x for x in lines if x.startswith("| one template")).count("not measured") == 2
    ratio = next(x for x in lines if x.startswith("| the whole line in sums"))
    assert ratio.endswith("| **2.00** | **10.00** | not measured |")
    without = next(x for x in lines if "not counted as an engine" in x)
    assert without.endswith("| **2.40** | **12.00** | not measured |")


def test_a_study_with_long_documents_has_its_own_column_and_tells_no_growth(tmp_path):
    path = tmp_path / "national.json"
    for found in (study(240, long_documents=True), study(60), study(240)):
        keep(path, found)
    assert [one.name for one in kept(path)] == ["60", "240", "240, long documents"]
    slower = study(240, long_documents=True)
    slower.first.cpu *= 10
    keep(path, slower)
    lines = table(kept(path))
    assert "| stage | 60 | 240 | 240, long documents | exponent |" in lines
    assert next(x for x in lines if x.startswith("| all, CPU")).endswith("| 4800.0 s | 1.00 |")


def test_growth_is_the_slope_of_logarithms():
    assert exponent([60, 120, 240], [3.0, 6.0, 12.0]) == pytest.approx(1.0)
    assert exponent([60, 120], [0.0, 0.0]) == 0.0
