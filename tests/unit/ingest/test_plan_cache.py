"""An unchanged document is never read again; what may come out otherwise next time is not kept."""

from __future__ import annotations

import contextlib
import fcntl
import threading

import pytest
from tests.unit.ingest.plan_files import NB_TEXT, PlanStudy

from plankompass.ingest.plans.crew import ReaderCrew
from plankompass.ingest.plans.models import PlanRefusedError, PlanText
from plankompass.ingest.plans.read_cache import ReadCache
from plankompass.ingest.plans.reader import PlanReader
from plankompass.study.config_models import LimitConfig


@pytest.fixture
def study(tmp_path, root):
    made = PlanStudy(tmp_path, root / "codebook")
    for name in ("arsmelding", "planstrategi", "handlingsdel"):
        path = made.raw / f"plans/9901/{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name.capitalize()} 2022\n\n{NB_TEXT}\n", encoding="utf-8")
        made.add(f"plans/9901/{name}.md", kind=name, adopted_on="2022-12-13", status="adopted")
    return made


@pytest.fixture
def read(monkeypatch):
    """Names of the files that are really read."""
    seen = []
    whole = PlanReader.read
    monkeypatch.setattr(
        PlanReader, "read", lambda self, path: (seen.append(path.stem), whole(self, path))[1]
    )
    return seen


def test_only_the_changed_document_is_read_again(study, read, tmp_path):
    kept = {"read_texts": str(tmp_path / "kept"), "reader": "a"}
    first = study.run(**kept)
    assert sorted(read) == ["arsmelding", "handlingsdel", "planstrategi"]
    read.clear()
    again = study.run(**kept)
    assert read == []
    for before, after in zip(first, again, strict=True):
        assert before.equals(after)
    path = study.raw / "plans/9901/arsmelding.md"
    path.write_text(f"# Årsmelding 2022\n\n{NB_TEXT} {NB_TEXT}\n", encoding="utf-8")
    documents, _, _ = study.run(**kept)
    assert read == ["arsmelding"]
    assert documents.set_index("kind").loc["arsmelding", "words"] > 50
    assert len(list((tmp_path / "kept/k01").iterdir())) == 3, "the old text is removed"


def test_another_program_reads_anew_and_a_broken_text_is_read_anew(study, read, tmp_path):
    kept = {"read_texts": str(tmp_path / "kept")}
    study.run(reader="a", **kept)
    read.clear()
    study.run(reader="b", **kept)
    assert len(read) == 3
    for path in (tmp_path / "kept/k01").iterdir():
        path.write_bytes(path.read_bytes()[:-9])
    read.clear()
    study.run(reader="b", **kept)
    assert len(read) == 3


def test_a_refusal_is_kept_but_not_what_time_cut_short(tmp_path):
    cache = ReadCache(tmp_path, "a", LimitConfig())
    cache.keep("1" * 64, ".pdf", PlanRefusedError("damaged"))
    late = PlanRefusedError("not read within 3 seconds")
    late.settled = False
    cache.keep("2" * 64, ".pdf", late)
    cache.keep("3" * 64, ".pdf", PlanText("pdf", pages=9, unread=[9], settled=False))
    assert str(cache.read("1" * 64, ".PDF")) == "damaged"
    assert cache.read("2" * 64, ".pdf") is None
    assert cache.read("3" * 64, ".pdf") is None
    assert cache.read("1" * 64, ".docx") is None, "the ending may decide the format"


def test_several_readers_give_what_one_gives(study, read, tmp_path, monkeypatch):
    """A job takes the places that are free; documents come in their order, whoever read them."""
    alone = study.run()
    for cores in ("1", "3"):
        read.clear()
        monkeypatch.setenv("PLANKOMPASS_CORES", cores)
        kept = tmp_path / f"kept{cores}"
        together = study.run(read_texts=str(kept), reader="a")
        assert sorted(read) == ["arsmelding", "handlingsdel", "planstrategi"]
        assert len(list((kept / ".readers").iterdir())) <= int(cores)
        for one, many in zip(alone, together, strict=True):
            assert one.equals(many)


def test_a_job_without_a_free_place_reads_with_one_reader(study, tmp_path):
    """All places are held by others: the job goes on with its first reader, and no second begins."""
    places = tmp_path / "places"
    files = sorted((study.raw / "plans/9901").glob("*.md"))
    threads = set()
    with contextlib.ExitStack() as held:
        places.mkdir()
        for number in range(2):
            lock = held.enter_context((places / f"{number}.lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        whole = PlanReader.read

        def noted(self, path):
            threads.add(threading.get_ident())
            return whole(self, path)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(PlanReader, "read", noted)
            with ReaderCrew(files, LimitConfig(), places, 2) as crew:
                texts = [crew.outcome(path) for path in files]
    assert len(threads) == 1
    assert all(text.blocks for text in texts)
