"""Sections of the made-up municipal report: every kind of block at least once."""

from __future__ import annotations

from datetime import date

from tests.unit.reports import sample_parts as make

from plankompass.reports import schema
from plankompass.reports import schema_blocks as blocks
from plankompass.reports.schema_parts import Shown

GOALS = (
    ("1.1", "Barn og unge i Mønsterdal opplever mestring hver dag", "Oppvekst"),
    ("1.2", "Flere unge fullfører videregående opplæring", "Oppvekst"),
    ("1.3", "Familier får hjelp tidlig, uten å måtte fortelle historien sin flere ganger", "Oppvekst"),
    ("2.1", "Eldre kan bo hjemme så lenge de ønsker det", "Helse"),
    ("2.2", "Ingen er ufrivillig alene", "Helse"),
    ("2.3", "Psykisk helsehjelp er tilgjengelig i nærmiljøet", "Helse"),
    ("3.1", "Hovne sentrum er et levende tettsted med boliger, handel og møteplasser for alle aldre", "Steder"),
    ("3.2", "Kommunen har boliger for folk i alle livsfaser", "Steder"),
    ("3.3", "Matjorda tas vare på", "Steder"),
    ("4.1", "Klimagassutslippene er halvert innen 2030", "Klima"),
    ("4.2", "Kommunen er forberedt på flom og skred", "Klima"),
    ("5.1", "Flere arbeidsplasser i private bedrifter", "Næring"),
    ("5.2", "Innbyggerne er med når kommunen utvikler tjenester", "Demokrati"),
    ("5.3", "Kommunen har sunn økonomi og handlingsrom", "Demokrati"),
)  # fmt: skip


def rq1_section(says: make.Sentences, name: str) -> schema.Section:
    """Decide and implement: barriers, time line, shares."""
    labels = (
        ("Kapasiteten i administrasjonen", 4.1, (1, 1, 3)), ("Kommunens økonomi", 4.0, (2, 1, 4)),
        ("Føringer fra staten", 3.8, (3, 1, 5)), ("Måten budsjettet blir til på", 3.5, (4, 3, 7)),
        ("Tiden de folkevalgte har til vervet", 3.4, (5, 3, 7)),
        ("Skiller mellom sektorene i kommunen", 3.2, (6, 4, 8)),
        ("Faste frister i kommunens årshjul", 2.9, (7, 5, 9)),
        ("Uklare roller mellom folkevalgte og administrasjon", 2.7, (8, 6, 10)),
        ("Planfaglig kompetanse i kommunen", 2.6, (9, 7, 10)), ("Uenighet mellom partiene", 2.3, (10, 8, 10)),
    )  # fmt: skip
    rows = [
        blocks.RankedBarrier(
            label=label, mean=make.mean(value), rank=make.rank(*places),
            share=make.share(int(19 * (value - 1) / 4), 19), peer_mean=make.mean(value - 0.2, None, None),
            verdict="indistinguishable", verdict_text="Kan ikke skilles",
            focus=label.startswith(("Måten", "Faste")),
            interviews="Flere nevner det" if value > 3.3 else "Kommer lite fram",
        )
        for label, value, places in labels
    ]  # fmt: skip
    barriers = blocks.RankedBarriers(
        id="hinder-folkevalgte", title="Hindrene slik de folkevalgte ser dem", group="Folkevalgte",
        alt="Rangering av ti hindre. Kapasitet, økonomi og føringer fra staten står øverst, men rangintervallene overlapper.",
        scale_min=1, scale_max=5, scale_labels=("Ikke noe hinder", "Svært stort hinder"), rows=rows,
        intro=[says("Disse hindrene kan ikke skilles fra hverandre.", "rank_tie", "barrier_severity_ranking", "De største hindrene", "Folkevalgte", "4,1", "3,8–4,4", "n = 19")],
        notes=["Årshjul og budsjett er antatte hindre. De kan vise seg å være små."],
    )  # fmt: skip
    bars = blocks.Bars(
        id="grep", title="Grep som er på plass", unit="prosent", comparison_label="Snitt av de andre, folkevalgte",
        alt="Andel som er enig i at hvert av seks grep er i bruk, for folkevalgte og administrasjon.",
        rows=[
            blocks.BarRow(
                label=label, comparison=Shown(text=f"{peer} %", value=peer),
                values=[
                    blocks.GroupValue(group="folkevalgte", label="Folkevalgte", shown=make.share(count, 19)),
                    blocks.GroupValue(group="administrasjon", label="Administrasjon", shown=admin),
                ],
            )
            for label, count, admin, peer in (
                ("Kommunestyret drøfter mål for perioden tidlig etter valget.", 15, make.share(6, 8), 52),
                ("Årshjulet har faste tidspunkt for politiske veivalg.", 8, make.share(5, 8), 47),
                ("Handlingsdelen og økonomiplanen er samlet i ett dokument.", 13, Shown(text="over 80 prosent", status="class"), 61),
                ("Kommunestyret gir tydelige oppdrag før en plan utarbeides.", 6, make.share(3, 8), 40),
                ("Kommunestyret har valgt ut noen få mål som går foran andre.", 9, Shown(text="under 20 prosent", status="class"), 38),
                ("Sektorene samarbeider om felles mål.", 10, make.share(4, 8), 55),
            )
        ],
        notes=["Viser om grepet oppleves å være på plass, ikke om det virker."],
    )  # fmt: skip
    return schema.Section(
        id="RQ1", title="Beslutte og iverksette",
        research_question="Hvordan kan et nyvalgt kommunestyre beslutte og iverksette politikken de har gått til valg på?",
        questions=[
            schema.Question(
                id="rq1_gjennomfort", title="Blir politikken vår gjennomført?",
                answer=[
                    says(f"Vi kan ikke si at {name} skiller seg fra de andre i nettverket.", "overlaps_peer_mean", "policy_implementation_capacity", "Gjennomføringskraft", "Folkevalgte", "3,4", "3,1–3,7", "n = 19"),
                    says("11 av 16 punkter i den politiske plattformen finnes igjen i handlingsdelen.", "document_count", "mandate_chain_share", "Fra valgløfte til vedtak", "Dokumenter", "11 av 16"),
                ],
            ),
            schema.Question(id="rq1_hinder", title="Hva står i veien?", blocks=[barriers]),
            schema.Question(
                id="rq1_grep", title="Hvilke grep har vi tatt, og hvor raskt?",
                answer=[says("Planstrategien ble vedtatt innen ett år.", "document_date", "planning_strategy_on_time", "Planstrategi innen ett år", "Dokumenter", "17. juni 2020", tone="positive")],
                blocks=[_timeline(), bars],
            ),
        ],
    )  # fmt: skip


def _timeline() -> blocks.Timeline:
    return blocks.Timeline(
        id="frister", title="Frister og vedtak i perioden",
        alt="Tidslinje fra oktober 2019 til oktober 2023. Planstrategien ble vedtatt innen fristen, samfunnsdelen i mai 2021.",
        first_day=date(2019, 10, 1), last_day=date(2023, 10, 31), cutoff=date(2023, 5, 31), cutoff_text="Skjæringsdato 31. mai 2023",
        rows=[
            blocks.Duty(label="Konstituerende møte", law="kommuneloven § 7-1", done=[date(2019, 10, 15)], done_text="15. oktober 2019", status="done", status_text="Holdt"),
            blocks.Duty(label="Planstrategi", law="pbl § 10-1", start=date(2019, 10, 15), due=date(2020, 10, 15), due_text="15. oktober 2020", done=[date(2020, 6, 17)], done_text="17. juni 2020", status="in_time", status_text="Innen fristen"),
            blocks.Duty(label="Samfunnsdel", law="pbl § 11-15", done=[date(2021, 5, 20)], done_text="20. mai 2021", status="done", status_text="Etter 19 måneder"),
            blocks.Duty(label="Handlingsdel, rullert hvert år", law="pbl § 11-1", done=[date(2020, 12, 10), date(2021, 12, 9), date(2022, 12, 15)], done_text="10. desember 2020, 9. desember 2021, 15. desember 2022", status="done", status_text="3 av 3 hele år"),
            blocks.Duty(label="Økonomiplan", law="kommuneloven § 14-2", start=date(2022, 1, 1), due=date(2022, 12, 31), due_text="31. desember 2022", done=[date(2023, 1, 26)], done_text="26. januar 2023", status="late", status_text="Etter fristen"),
            blocks.Duty(label="Årsmelding", law="kommuneloven § 14-7", done=[], done_text="Dokumentet er ikke hentet inn.", status="unknown", status_text="Ikke hentet inn"),
        ],
    )  # fmt: skip


def rq2_section(says: make.Sentences, name: str, goals: int) -> schema.Section:
    """The plan as a steering tool: the chain and the answers behind."""
    chosen = [GOALS[i % len(GOALS)] for i in range(goals)]
    patterns = ((True, True, True), (True, True, False), (True, False, False), (True, True, True), (False, False, False), (True, True, None), (True, False, True))  # fmt: skip
    words = {False: "nei", None: "ikke bekreftet"}
    listed = []
    for i, (number, text, area) in enumerate(chosen):
        found = patterns[i % len(patterns)]
        steps = [
            blocks.ChainStep(found=f, text=f"ja, s. {7 + 3 * i + k}" if f else words[f])
            for k, f in enumerate(found)
        ]
        listed.append(blocks.ChainGoal(number=number, text=text, page=f"s. {12 + i // 2}", area=area, steps=steps))  # fmt: skip

    def count(k: int) -> Shown:
        c = sum(1 for g in listed if g.steps[k].found)
        return Shown(text=f"{c} av {goals}", value=c)

    chain = blocks.SteeringChain(
        id="styringskjede", title="Målenes vei gjennom styringskjeden",
        alt=f"{goals} mål i samfunnsdelen. {count(0).text} finnes igjen i handlingsdelen, {count(1).text} har budsjettlinje og {count(2).text} er rapportert i årsmeldingen.",
        start_label="Samfunnsdel", start_count=Shown(text=f"{goals} mål", value=goals),
        stages=[
            blocks.ChainStage(id="mal_i_handlingsdel", label="Handlingsdel", count=count(0)),
            blocks.ChainStage(id="mal_med_budsjettlinje", label="Budsjett", count=count(1)),
            blocks.ChainStage(id="mal_i_arsmelding", label="Årsmelding", count=count(2)),
        ],
        goals=listed,
        notes=["Kobling i dokument er ikke det samme som gjennomført politikk. Få mål gir lettere høy andel."],
    )  # fmt: skip
    spread = blocks.AnswerDistribution(
        id="svar-planstyring", title="Svarene bak: samfunnsdelen som styringsverktøy", group="Folkevalgte i hele nettverket",
        alt="Fordeling av svar på fire påstander. Flest er enig i at samfunnsdelen viser hva som er viktigst.",
        categories=["Helt uenig", "Litt uenig", "Verken enig eller uenig", "Litt enig", "Helt enig"],
        rows=[
            blocks.DistributionRow(label=label, shares=shares, texts=[f"{s}\u00a0%" for s in shares or []] or ["For få svar"], n="n = 241", dont_know=dk)
            for label, shares, dk in (
                ("Samfunnsdelen blir brukt når kommunestyret avgjør saker.", [8, 19, 21, 35, 17], "7 %"),
                ("Samfunnsdelen viser hva som er viktigst.", [4, 11, 18, 41, 26], "6 %"),
                ("Målene i samfunnsdelen påvirker hva som kommer med i budsjettet.", [12, 24, 20, 31, 13], "9 %"),
                ("Samfunnsdelen har liten betydning etter at den er vedtatt.", [21, 28, 22, 20, 9], "8 %"),
            )
        ],
        intro=[says(f"Tallet gjelder hele nettverket, ikke bare {name}.", "network_only", "plan_steering_use", "Samfunnsdelen som styringsverktøy", "Folkevalgte", "3,3", "3,2–3,4", "n = 241")],
        notes=["Nye folkevalgte kjenner ofte planen lite. Se andelen «vet ikke»."],
    )  # fmt: skip
    return schema.Section(
        id="RQ2", title="Planen som styringsverktøy",
        research_question="Hvordan kan planarbeidet bli et bedre politisk styringsverktøy?",
        questions=[
            schema.Question(id="rq2_bruk", title="Bruker vi samfunnsdelen når vi bestemmer?", answer=[says(f"Vi kan ikke si at {name} skiller seg fra de andre i nettverket.", "overlaps_peer_mean", "plan_steering_use", "Samfunnsdelen som styringsverktøy", "Folkevalgte", "3,3", "3,0–3,6", "n = 19")], blocks=[spread]),
            schema.Question(id="rq2_eierskap", title="Er planen vår egen politikk?", answer=[says(f"{name} ligger høyere enn snittet for de andre i nettverket.", "above_peer_mean", "political_ownership", "Politisk eierskap til samfunnsdelen", "Folkevalgte", "3,9", "3,6–4,2", "n = 19", "positive")]),
            schema.Question(id="rq2_kjede", title="Følger målene med inn i budsjett og rapportering?", answer=[says(f"{count(1).text} mål har penger i budsjettet.", "document_count", "goal_chain_share", "Målenes vei gjennom styringskjeden", "Dokumenter", count(1).text)], blocks=[chain]),
        ],
    )  # fmt: skip


def rq3_section(says: make.Sentences, name: str) -> schema.Section:
    """Interplay and roles: who decides, gaps."""

    def values(a: float, b: float | None, c: float | None = None) -> list[blocks.GroupValue]:
        out = [blocks.GroupValue(group="folkevalgte", label="Folkevalgte", shown=make.mean(a))]
        out.append(
            blocks.GroupValue(
                group="administrasjon",
                label="Administrasjon",
                shown=make.few() if b is None else make.mean(b, 0.5, 8),
            )
        )
        if c is not None:
            out.append(
                blocks.GroupValue(
                    group="innbyggere", label="Innbyggere", shown=make.mean(c, 0.1, 251)
                )
            )
        return out  # fmt: skip

    who = blocks.WhoDecides(
        id="hvem-avgjor", title="Hvem avgjør i praksis, trinn for trinn",
        alt="Snitt for fem trinn. Folkevalgte og administrasjon ser mest ulikt på hvem som avgjør hvordan pengene fordeles.",
        scale_min=1, scale_max=5, scale_labels=("De folkevalgte alene", "Administrasjonen alene"), middle_label="Begge like mye",
        rows=[
            blocks.ProfileStage(label=label, values=values(a, b), peer_means=[blocks.GroupValue(group="folkevalgte", label="Folkevalgte", shown=make.mean(a + 0.2, None, None))], verdict_text=words)
            for label, a, b, words in (
                ("Hvilke saker som kommer på dagsordenen", 3.4, 3.1, "Kan ikke si at de ser ulikt"),
                ("Målene i planene", 2.6, 2.9, "Kan ikke si at de ser ulikt"),
                ("Hva som skal prioriteres", 2.4, 2.2, "Kan ikke si at de ser ulikt"),
                ("Hvordan pengene fordeles", 3.5, 2.4, "De ser ulikt på dette"),
                ("Hvordan vedtak følges opp", 4.0, None, "For få svar"),
            )
        ],
        notes=["Det finnes ingen riktig verdi. Loven gir ulike svar på ulike trinn."],
    )  # fmt: skip
    gaps = blocks.Gaps(
        id="gap-innbyggere", title="Samme spørsmål til tre grupper",
        alt="Folkevalgte gir høyere svar enn innbyggerne på alle fire påstander.",
        scale_min=1, scale_max=5, scale_labels=("Helt uenig", "Helt enig"),
        rows=[
            blocks.GapRow(label=label, values=values(a, b, c), gap=make.signed(a - c, 0.4), gap_label="Folkevalgte minus innbyggere", verdict="clear" if a - c > 0.4 else "unclear", verdict_text="Folkevalgte og innbyggere ser ulikt på dette." if a - c > 0.4 else "Vi kan ikke si at gruppene ser ulikt på dette.")
            for label, a, b, c in (
                ("Innbyggerne blir hørt når kommunen lager planer.", 3.9, 3.7, 2.9),
                ("Innspill fra innbyggere fører til endringer i planene.", 3.4, 3.2, 2.5),
                ("Kommunens planer er lette å forstå.", 2.9, 3.1, 2.6),
                ("Det de folkevalgte lovet før valget, blir fulgt opp.", 3.6, None, 2.6),
            )
        ],
        notes=["Innbyggerne er et utvalg, de andre er små grupper der alle er spurt."],
    )  # fmt: skip
    return schema.Section(
        id="RQ3", title="Samspill og roller",
        research_question="Hvordan få til godt samspill og god rolleforståelse mellom folkevalgte, administrasjon og innbyggere?",
        questions=[
            schema.Question(id="rq3_avgjor", title="Hvem avgjør i praksis, og ser vi det likt?", answer=[says("Folkevalgte og administrasjon ser ulikt på dette: hvordan pengene fordeles.", "gap_clear", "politics_administration_gap", "Ulikt syn mellom folkevalgte og administrasjon", "Folkevalgte minus administrasjon", "+1,1", "0,6–1,6", "n = 19")], blocks=[who]),
            schema.Question(id="rq3_roller", title="Er rollene klare, og stoler vi på hverandre?", answer=[says(f"{name} ligger høyere enn snittet for de andre i nettverket.", "above_peer_mean", "interplay_quality", "Samspill", "Folkevalgte", "4,0", "3,7–4,3", "n = 19", "positive"), says("Flere av de intervjuede nevner politisk lederskap.", "code_seen", "interplay_interview_share", "Roller og medvirkning i intervju", "Intervju")]),
            schema.Question(id="rq3_innbyggere", title="Ser innbyggerne det samme som oss?", answer=[says(f"{name} ligger lavere enn snittet for de andre i nettverket.", "below_peer_mean", "citizen_influence", "Innbyggernes mulighet til å påvirke", "Innbyggere", "2,8", "2,7–2,9", "n = 251", "negative")], blocks=[gaps]),
        ],
    )  # fmt: skip


def rq4_section(says: make.Sentences, name: str) -> schema.Section:
    """Support from KS."""
    bars = blocks.Bars(
        id="stotte", title="Støtten vi trenger mest", unit="prosent",
        alt="Andel som valgte hver støtteform. Flest folkevalgte valgte hjelp til å koble plan og budsjett.",
        rows=[
            blocks.BarRow(label=label, values=[blocks.GroupValue(group="folkevalgte", label="Folkevalgte", shown=make.share(count, 19))])
            for label, count in (("Hjelp til å koble plan og budsjett", 12), ("Erfaringsutveksling med andre kommuner", 9), ("Maler for politiske verksteder", 8), ("Opplæring i roller", 6), ("Prosessveiledning i kommunen", 6), ("Tall om kommunens utfordringer", 5), ("Faglig bistand fra ressurspersoner", 4))
        ],
        notes=["Viser ønsker, ikke hva som hjelper. Andelene summerer til mer enn 100 prosent."],
    )  # fmt: skip
    return schema.Section(
        id="RQ4", title="Støtte fra KS",
        research_question="Hvilken støtte trenger kommunene, og hvordan blir Folkevalgtprogrammet mer relevant?",
        questions=[schema.Question(id="rq4_behov", title="Hvilken støtte trenger vi fra KS?", blocks=[bars]), schema.Question(id="rq4_samling", title="Hva ga samlingene og arbeidet mellom dem?", answer=[says("Tallet gjelder hele nettverket, ikke bare " + name + ".", "network_only", "gathering_value", "Verdien av samlingene", "Deltakere på samling", "4,2", "4,0–4,4", "n = 58")])],
    )  # fmt: skip
