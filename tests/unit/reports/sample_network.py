"""A made-up network report and index, for developing and testing the renderers."""

from __future__ import annotations

from tests.unit.reports import sample_parts as make
from tests.unit.reports.sample import about, sample_report

from plankompass.reports import schema
from plankompass.reports import schema_blocks as blocks
from plankompass.reports.schema_parts import Column, Row, Table

NAMES = (
    "Dikteby", "Eksempelvik", "Fantasia", "Liksomfjord", "Luftslottet", "Mønsterdal", "Oppdiktøy",
    "Ovdamearkanjárga – Eksempelnes", "Prøvestad", "Skyggedal", "Tenktnes", "Ønskebu",
)  # fmt: skip


def sample_network(language: str = "nb", names: tuple[str, ...] = NAMES) -> schema.NetworkReport:
    """The network report.

    Args:
        language: Language of the fixed text.
        names: Municipalities in alphabetical order.

    Returns:
        The document.
    """
    says = make.Sentences()

    def panel(title: str, sub: str, base: float, step: int) -> blocks.MultiplePanel:
        points = []
        for i, name in enumerate(names):
            value = base + ((i * step) % 7 - 3) / 5
            shown = make.few() if (i + step) % 9 == 0 else make.mean(value, 0.3)
            points.append(blocks.MultiplePoint(label=name, shown=shown))
        mean = make.mean(base, 0.1, 231)
        return blocks.MultiplePanel(title=title, sub=sub, scale_min=1, scale_max=5, mean=mean, points=points)  # fmt: skip

    multiples = blocks.SmallMultiples(
        id="alle-kommuner", title="Alle kommunene, folkevalgte", mean_label="Snitt for nettverket",
        alt="Små figurer for seks indikatorer med alle kommunene i alfabetisk rekkefølge. Tallene står i tabellen under.",
        panels=[
            panel("Gjennomføringskraft", "Folkevalgte, 1–5", 3.3, 3),
            panel("Rom i årshjul og budsjett", "Folkevalgte, 1–5", 2.8, 5),
            panel("Samfunnsdelen som styringsverktøy", "Folkevalgte, 1–5", 3.4, 2),
            panel("Politisk eierskap til samfunnsdelen", "Folkevalgte, 1–5", 3.5, 4),
            panel("Oppfølging av mål", "Folkevalgte, 1–5", 2.9, 6),
            panel("Samspill", "Folkevalgte, 1–5", 3.8, 1),
        ],
        notes=["Kommunene står i alfabetisk rekkefølge. Rekkefølgen er ingen rangering."],
    )  # fmt: skip
    quality = Table(
        caption="Hvor pålitelige skalaene er", corner="Skala",
        columns=[Column(label="Gruppe"), Column(label="Alfa", align="right"), Column(label="Omega", align="right"), Column(label="n", align="right")],
        rows=[Row(header="Gjennomføringskraft", cells=["Folkevalgte", "0,81", "0,82", "231"]), Row(header="Samspill", cells=["Folkevalgte", "0,77", "0,78", "229"])],
    )  # fmt: skip
    return schema.NetworkReport(
        meta=make.meta("Nettverket", language, subtitle="Tolv kommuner side ved side"),
        front=schema.Front(
            answered=[schema.Answered(group="folkevalgte", label="Folkevalgte", text="231 av 334 svarte", rate="69 prosent", rate_value=69)],
            lead="Rapporten viser kommunene i nettverket side ved side.",
            key_sentences=[says("Flest folkevalgte ønsker hjelp til å koble plan og budsjett.", "network_only", "support_needs", "Behov for støtte fra KS", "Folkevalgte", "58 prosent", n="n = 231")],
        ),
        sections=[
            schema.Section(id="kommunene", title="Kommunene side ved side", blocks=[multiples]),
            schema.Section(id="kvalitet", title="Kvaliteten på målingene", blocks=[blocks.TableBlock(id="reliabilitet", title="Reliabilitet", table=quality)]),
        ],
        about=about(),
    )  # fmt: skip


def sample_towns(count: int = 12) -> list[schema.MunicipalReport]:
    """Reports of several municipalities, for the index.

    Args:
        count: How many.

    Returns:
        Documents with different names, codes and counties.
    """
    reports = []
    for i in range(count):
        name = NAMES[i % len(NAMES)] + ("" if i < len(NAMES) else f" {i}")
        report = sample_report(name)
        town = report.municipality.model_copy(
            update={
                "kommune_id": f"k{i + 1:02d}",
                "code": str(9901 + i),
                "county": ("Eksempelfylket", "Prøvefylket")[i % 2],
                "peer_group": ("Mindre distriktskommuner", "Bykommuner", "Kystkommuner")[i % 3],
            }
        )
        reports.append(report.model_copy(update={"municipality": town}))
    return reports
