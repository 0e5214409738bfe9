"""A made-up municipal report with every kind of block, for developing and testing the renderers.

The numbers are invented for layout alone; no test compares them with results.
"""

from __future__ import annotations

from datetime import date

from tests.unit.reports import sample_parts as make
from tests.unit.reports.sample_sections import (
    rq1_section,
    rq2_section,
    rq3_section,
    rq4_section,
)

from plankompass.reports import schema, schema_blocks
from plankompass.reports.schema_parts import Column, Fact, Row, Shown, Table

RQ_TITLES = {
    "RQ1": "Beslutte og iverksette",
    "RQ2": "Planen som styringsverktøy",
    "RQ3": "Samspill og roller",
    "RQ4": "Støtte fra KS",
}


def sample_report(
    name: str = "Mønsterdal", *, official: str | None = None, language: str = "nb",
    example: bool = True, goals: int = 14,
) -> schema.MunicipalReport:  # fmt: skip
    """A whole municipal report.

    Args:
        name: The municipality's name.
        official: Official name with Sami and Kven parts.
        language: Language of the fixed text.
        example: Whether every page says that the data are made up.
        goals: Number of goals in the steering chain.

    Returns:
        The document.
    """
    says = make.Sentences()
    town = make.municipality(name, official)
    front = schema.Front(
        answered=[
            schema.Answered(group="folkevalgte", label="Folkevalgte", text="19 av 27 svarte", rate="70 prosent", rate_value=70),
            schema.Answered(group="administrasjon", label="Administrasjon", text="8 av 10 svarte", rate="80 prosent", rate_value=80),
            schema.Answered(group="innbyggere", label="Innbyggere", text="251 av 11 480 svarte", rate="2 prosent", rate_value=2),
            schema.Answered(group="deltakere", label="Deltakere på samling", text="Tallet vises ikke", rate="", rate_value=None),
        ],
        documents="Samfunnsdel, handlingsdel, økonomiplan, årsbudsjett og årsmelding er lest.",
        interviews="Minst tre intervju.",
        lead="Rapporten viser hvordan folkevalgte, administrasjon og innbyggere ser på planarbeidet, og hva planene selv viser.",
        key_sentences=[
            says("9 av 14 mål i samfunnsdelen har penger i budsjettet.", "above_peer_mean", "goal_chain_share", "Målenes vei gjennom styringskjeden", "Dokumenter", "9 av 14", tone="positive"),
            says(f"Folkevalgte i {name} ligger høyere enn snittet for de andre i nettverket når det gjelder politisk eierskap til samfunnsdelen.", "above_peer_mean", "political_ownership", "Politisk eierskap til samfunnsdelen", "Folkevalgte", "3,9", "3,6–4,2", "n = 19", "positive"),
            says("Kapasiteten i administrasjonen er blant de største hindrene, slik de folkevalgte ser det.", "rank_tie", "barrier_severity_ranking", "De største hindrene", "Folkevalgte", "4,1", "3,8–4,4", "n = 19", "negative"),
            says("Innbyggere og folkevalgte ser ulikt på om innspill fører til endringer i planene.", "gap_clear", "citizen_perception_gap", "Ulikt syn mellom innbyggere og kommune", "Folkevalgte minus innbyggere", "+0,9", "0,5–1,3", "n = 19", "negative"),
            says("Planstrategien ble vedtatt innen ett år etter at kommunestyret ble konstituert.", "document_date", "planning_strategy_on_time", "Planstrategi innen ett år", "Dokumenter", "17. juni 2020", tone="positive"),
        ],
    )  # fmt: skip
    return schema.MunicipalReport(
        meta=make.meta(
            town.official_name, language, example=example,
            subtitle="Politisk lederskap i samfunnsplanleggingen",
        ),
        municipality=town,
        front=front,
        profile=_profile(name),
        sections=[
            rq1_section(says, name),
            rq2_section(says, name, goals),
            rq3_section(says, name),
            rq4_section(says, name),
        ],
        sources=_sources(),
        change=_change(says),
        discussion=_discussion(),
        about=about(),
    )  # fmt: skip


def _profile(name: str) -> schema.Profile:
    def row(indicator, label, sub, value, half, verdict, words, low=1, high=5, peers=None, **rest):
        # fmt: off
        peers = peers or (2.6, 3.0, 3.3, 3.5, 3.9)
        return schema.SpineRow(
            indicator=indicator, label=label, sub=sub, scale_min=low, scale_max=high,
            own=make.mean(value, half) if value is not None else make.few(),
            peers_min=peers[0], peers_q1=peers[1], peer_mean=make.mean(peers[2], None, None),
            peers_q3=peers[3], peers_max=peers[4], network_mean=make.mean(peers[2] + 0.05, None, None),
            verdict=verdict, verdict_text=words, **rest,
        )
        # fmt: on

    over, under, same = "▲ Over de andre", "▼ Under de andre", "Kan ikke skilles"
    shares = (15, 33, 46, 58, 82)
    groups = {
        "RQ1": [
            row("policy_implementation_capacity", "Gjennomføringskraft", "Folkevalgte, 1–5", 3.4, 0.3, "indistinguishable", same),
            row("policy_implementation_capacity", "Gjennomføringskraft", "Administrasjon, 1–5", 3.7, 0.5, "indistinguishable", same),
            row("budget_cycle_latitude", "Rom i årshjul og budsjett", "Folkevalgte, 1–5", 2.5, 0.3, "below", under),
            row("budget_cycle_latitude", "Rom i årshjul og budsjett", "Administrasjon, 1–5", None, None, "hidden", "For få svar"),
            row("political_choice_index", "Politiske valgpunkter i plan og budsjett", "Dokumenter, 0–6", 4, None, "no_interval", "Uten usikkerhet", 0, 6, (1, 2, 3.1, 4, 6)),
            row("months_to_political_plan", "Måneder til nytt vedtak av samfunnsdelen", "Dokumenter, 0–48", 19, None, "no_interval", "Uten usikkerhet", 0, 48, (11, 16, 22.4, 29, 41)),
        ],
        "RQ2": [
            row("plan_steering_use", "Samfunnsdelen som styringsverktøy", "Folkevalgte, 1–5", 3.3, 0.3, "indistinguishable", same),
            row("plan_steering_use", "Samfunnsdelen som styringsverktøy", "Administrasjon, 1–5", 3.6, 0.5, "indistinguishable", same),
            row("political_ownership", "Politisk eierskap til samfunnsdelen", "Folkevalgte, 1–5", 3.9, 0.3, "above", over),
            row("goal_follow_up", "Oppfølging av mål", "Folkevalgte, 1–5", 2.9, 0.4, "indistinguishable", same),
            row("goal_chain_share", "Mål med penger i budsjettet", "Dokumenter, prosent", 64, None, "no_interval", "Uten usikkerhet", 0, 100, shares),
            row("goal_accountability", "Etterprøvbare mål", "Dokumenter, prosent", 48, None, "no_interval", "Uten usikkerhet", 0, 100, shares),
        ],
        "RQ3": [
            row("role_clarity", "Rolleforståelse", "Folkevalgte, 1–5", 3.6, 0.3, "indistinguishable", same),
            row("role_clarity", "Rolleforståelse", "Administrasjon, 1–5", 3.4, 0.5, "indistinguishable", same),
            row("interplay_quality", "Samspill", "Folkevalgte, 1–5", 4.0, 0.3, "above", over),
            row("interplay_quality", "Samspill", "Administrasjon, 1–5", 3.8, 0.5, "indistinguishable", same),
            row("citizen_influence", "Innbyggernes mulighet til å påvirke", "Innbyggere, 1–5", 2.8, 0.1, "below", under),
            row("policy_codevelopment", "Felles politikkutvikling", "Folkevalgte, 1–5", 3.1, 0.3, "indistinguishable", same),
            row("participation_documented", "Medvirkning i planen", "Dokumenter, prosent", 83, None, "no_interval", "Uten usikkerhet", 0, 100, shares),
        ],
    }  # fmt: skip
    return schema.Profile(
        title="Profil",
        intro=[
            "Hver rad viser kommunens tall (rund prikk) mot de andre kommunene i nettverket (grå felt). "
            "Fylt prikk: tallet skiller seg fra snittet for de andre. Åpen prikk: det kan vi ikke si."
        ],
        groups=[
            schema.SpineGroup(
                title=RQ_TITLES[rq],
                alt=f"Profil for {RQ_TITLES[rq].lower()}: {len(rows)} rader. Tallene står i tabellen ved siden av.",
                rows=rows,
            )
            for rq, rows in groups.items()
        ],
        notes=["Dokumenttall gjelder alle mål og har derfor ikke usikkerhet fra utvalg."],
    )  # fmt: skip


def _sources() -> schema.SourcesSide:
    return schema.SourcesSide(
        title="Kildene side ved side",
        intro=["Spørreskjema, intervju og plandokumenter kan peke samme vei eller hver sin vei."],
        rows=[
            schema.SourcesRow(label="Bruk av samfunnsdelen", survey="Middels", interviews="Høy", documents="Høy", verdict="delvis", verdict_text="Kildene peker delvis samme vei"),
            schema.SourcesRow(label="Hindre i årshjul og budsjett", survey="Høy", interviews="Høy", documents="Ikke målt", verdict="samsvar", verdict_text="Kildene peker samme vei"),
            schema.SourcesRow(label="Medvirkning", survey="Lav", interviews="Færre enn tre intervju", documents="Høy", verdict="sprik", verdict_text="Kildene spriker"),
        ],
        notes=["Sprik er et funn å snakke om, ikke en feil. Grensene er satt på forhånd."],
    )  # fmt: skip


def _change(says: make.Sentences) -> schema.Section:
    def row(label, sub, a, b, verdict, words):
        return schema_blocks.ChangeRow(
            label=label, sub=sub, scale_min=1, scale_max=5, verdict=verdict, verdict_text=words,
            points=[
                schema_blocks.WavePoint(wave="2021", shown=make.mean(a)),
                schema_blocks.WavePoint(wave="2023", shown=make.mean(b)),
            ],
        )  # fmt: skip

    unclear = "Vi ser ingen sikker endring fra 2021 til 2023."
    return schema.Section(
        id="utvikling",
        title="Utvikling",
        intro=["Undersøkelsene er gjentatt. Det er ikke de samme personene som har svart."],
        blocks=[
            schema_blocks.Change(
                id="endring", title="Folkevalgte og innbyggere, 2021 og 2023",
                alt="Politisk eierskap er høyere i 2023 enn i 2021. For de andre indikatorene ser vi ingen sikker endring.",
                waves=["2021", "2023"],
                rows=[
                    row("Gjennomføringskraft", "Folkevalgte", 3.2, 3.4, "unclear", unclear),
                    row("Politisk eierskap til samfunnsdelen", "Folkevalgte", 3.3, 3.9, "clear", "Tallet er høyere i 2023 enn i 2021. Det er ikke de samme personene som har svart."),
                    row("Innbyggernes mulighet til å påvirke", "Innbyggere", 2.8, 2.8, "unclear", unclear),
                ],
                notes=["T0 i 2019 gjelder det avtroppende kommunestyret og er ikke sammenlignet."],
            )
        ],
    )  # fmt: skip


def _discussion() -> schema.Discussion:
    return schema.Discussion(
        title="Til samtale i kommunestyret",
        intro=["Spørsmålene kan brukes på neste møte. De har ikke fasit."],
        groups=[
            schema.DiscussionGroup(title=RQ_TITLES["RQ1"], questions=["Hvilken sak fra valgkampen er ikke kommet videre? Hvor stoppet den?", "Når i året kan vi påvirke neste budsjett?", "Hvilket hinder kan vi fjerne selv, uten mer penger?"]),
            schema.DiscussionGroup(title=RQ_TITLES["RQ2"], questions=["Hvilke tre mål i samfunnsdelen er våre viktigste?", "Hvilke mål kan vi legge bort?", "Hvordan vil vi få vite at et mål ikke blir nådd?"]),
            schema.DiscussionGroup(title=RQ_TITLES["RQ3"], questions=["På hvilket trinn ser vi mest ulikt på hvem som avgjør?", "Når trenger administrasjonen tydeligere oppdrag fra oss?", "Hvilket innspill fra innbyggere endret et vedtak i år?"]),
            schema.DiscussionGroup(title=RQ_TITLES["RQ4"], questions=["Hvilken erfaring kan vi dele på neste samling?", "Hvilken oppgave skal vi løse hjemme før neste samling?"]),
        ],
    )  # fmt: skip


def about() -> schema.About:
    """Om tallene."""
    return schema.About(
        title="Om tallene",
        paragraphs=[
            "Folkevalgte og administrasjon: alle er spurt. Intervallene tar hensyn til at gruppene er små og at nesten alle har svart. Innbyggere er et utvalg, vektet etter alder og kjønn.",
            "Et intervall sier hvor tallet kan ligge når vi tar hensyn til at ikke alle har svart. Dekker intervallet snittet for de andre kommunene, kan vi ikke si at kommunen skiller seg ut.",
            "Tall som kunne vist hva enkeltpersoner har svart, vises ikke. Et skjult tall er ikke null og ikke manglende.",
        ],
        response=Table(
            caption="Svar i undersøkelsen våren 2023", corner="Gruppe", corner_width=2,
            columns=[Column(label="Spurt", align="right"), Column(label="Svart", align="right"), Column(label="Andel", align="right")],
            rows=[
                Row(header="Folkevalgte", cells=["27", "19", "70 prosent"]),
                Row(header="Administrasjon", cells=["10", "8", "80 prosent"]),
                Row(header="Innbyggere", cells=["11 480", "251", "2 prosent"]),
                Row(header="Deltakere på samling", cells=["6", "Vises ikke", ""]),
            ],
        ),
        hidden=Table(
            caption="Tall som ikke vises, og hvorfor", corner="Grunn", corner_width=3,
            columns=[Column(label="Antall", align="right")],
            rows=[Row(header="For få svar", cells=["4"]), Row(header="Alle har svart det samme", cells=["1"]), Row(header="Skjult for å verne et annet tall", cells=["2"])],
        ),
        never_claim_title="Dette kan rapporten ikke si",
        never_claim=[
            "At nettverket, planen eller et grep har ført til en endring.",
            "At en kommune er best eller dårligst.",
            "Hva ordfører, kommunedirektør eller en annen enkeltperson mener.",
            "Hva alle innbyggerne mener.",
            "At tall for nettverket gjelder norske kommuner.",
            "Hvem som har rett når grupper ser ulikt.",
        ],
        facts=[Fact(label="Versjon", value="0.1.0"), Fact(label="Kode", value="5bfc2e0"), Fact(label="Tabeller", value="sha256:9f2c41d07ab3e6c58812"), Fact(label="Kodebok", value="codebook/ i prosjektets kildekode")],
    )  # fmt: skip


def hidden(words: str = "For få svar") -> Shown:
    """A hidden number, for tests that put one in."""
    return make.few(words)


DAY = date(2023, 5, 31)
