"""Faults of real PDF files: page labels, attachments, protection, outlines that go in a circle, columns."""

from __future__ import annotations

import io

import pikepdf
import pytest
from tests.unit.ingest.plan_files import make_pdf, samfunnsdel_source

from plankompass.ingest.plans.inspect import inspect_plan
from plankompass.ingest.plans.models import PlanRefusedError
from plankompass.ingest.plans.ocr import _mended
from plankompass.ingest.plans.reader import PlanReader
from plankompass.study.config_models import LimitConfig


@pytest.fixture(scope="module")
def reader():
    with PlanReader(LimitConfig()) as opened:
        yield opened


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_pdf(tmp_path_factory.mktemp("pdf") / "whole.pdf", samfunnsdel_source())


@pytest.fixture
def changed(whole, tmp_path):
    """A copy of the plan that a function has changed."""

    def make(change=None, **how):
        with pikepdf.open(whole) as pdf:
            if change:
                change(pdf)
            buffer = io.BytesIO()
            pdf.save(buffer, **how)
        path = tmp_path / "plan.pdf"
        path.write_bytes(buffer.getvalue())
        return path

    return make


def test_pages_are_counted_physically_whatever_their_labels(reader, whole, changed):
    def label(pdf):
        pdf.Root.PageLabels = pikepdf.Dictionary(
            Nums=[0, pikepdf.Dictionary(S=pikepdf.Name("/r")), 2, pikepdf.Dictionary(St=100)]
        )

    plan = reader.read(changed(label))
    assert [b.page for b in plan.blocks] == [b.page for b in reader.read(whole).blocks]


def test_attachments_are_left_alone(reader, whole, changed):
    def attach(pdf):
        pdf.attachments["plan.txt"] = b"Hovedmaal 9: et maal som bare staar i et vedlegg"

    plan = reader.read(changed(attach))
    assert plan.to_plain() == reader.read(whole).to_plain()


@pytest.mark.parametrize("strength", [3, 4, 6])
def test_an_empty_password_opens_and_another_one_is_refused(reader, whole, changed, strength):
    lock = pikepdf.Encryption(owner="eier", user="", R=strength, aes=strength > 3,
                              metadata=strength > 3)  # fmt: skip
    plan = reader.read(changed(encryption=lock))
    assert plan.encrypted
    assert [b.text for b in plan.blocks] == [b.text for b in reader.read(whole).blocks]
    lock = pikepdf.Encryption(owner="eier", user="hemmelig", R=strength, aes=strength > 3,
                              metadata=strength > 3)  # fmt: skip
    with pytest.raises(PlanRefusedError, match="without a password"):
        reader.read(changed(encryption=lock))


def test_an_outline_that_goes_in_a_circle_ends(reader, whole, changed):
    def circle(pdf):
        item = pdf.make_indirect(pikepdf.Dictionary(Title="Levekår"))
        item.Next = item.First = item.Last = item
        pdf.Root.Outlines = pdf.make_indirect(pikepdf.Dictionary(First=item, Last=item, Count=1))

    assert reader.read(changed(circle)).pages == reader.read(whole).pages


def test_two_columns_are_read_one_after_the_other(reader, tmp_path):
    left, right = "Venstre spalte handler om skolen. ", "Høyre spalte handler om veien. "
    source = f'#set page(columns: 2)\n#set text(lang: "nb")\n{left * 12}\n#colbreak()\n{right * 12}'
    plan = reader.read(make_pdf(tmp_path / "columns.pdf", source))
    text = " ".join(b.text for b in plan.blocks)
    assert text.count(left.strip()) == 12
    assert text.rindex("skolen") < text.index("veien")


def test_a_period_and_a_draft_are_seen_before_an_import(tmp_path):
    source = "#text(20pt)[*Kommuneplanens samfunnsdel 2022-34*]\n\nHøringsutkast 12.03.2022\n\nKommunen skal vokse."
    seen = inspect_plan(make_pdf(tmp_path / "Samfunnsdel_endelig_layout.pdf", source))
    assert (seen["kind_suggestion"], seen["period"]) == ("samfunnsdel", "2022-34")
    assert seen["draft"] and any("draft" in text for text in seen["problems"])


def test_ocr_signs_that_are_misread_at_the_beginning_of_lines():
    read = "L1 Det skal skapes arbeid\n22 Unge skal ha råd\n» Vi måler lite\n2012 2022 2034\n20 millioner"
    assert _mended(read).splitlines() == [
        "1.1 Det skal skapes arbeid", "2.2 Unge skal ha råd", "• Vi måler lite", "2012 2022 2034",
        "20 millioner",
    ]  # fmt: skip
