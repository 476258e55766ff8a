"""What the people of a simulated world write: the forms that their roles fill in on the desktop."""

from dataclasses import dataclass
from random import Random

from msgspec.structs import replace

from fotfeste_shared.clock import today
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Answers, Text
from fotfeste_shared.revisions import About, new_id, read_revision, write_revision

from .machines import Client
from .wire import SECRET

NAMELESS = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Sheet:
    """One form before it is typed; `first` is what a page has filled in by itself."""

    form: FormDefinition
    record: str
    about: About
    first: Answers
    answers: Answers
    invalid: bool = False


def sheet_for(rng: Random, client: Client) -> Sheet | None:
    """Choose what a person writes next: a record of their own anew, one that was opened for them, or a fresh one."""
    overview = client.overview()
    roster = overview.roster
    if roster is None:
        return None
    seen = [row for row in client.rows().values() if row.text and apart_of(row.text) is None]
    own = sorted({(row.record, row.form, row.about_kind, row.about_id) for row in seen})
    opened = [(line.id, line.form, line.about_kind, line.about_id) for line in roster.records]
    fresh: list[tuple[str, str, str, str]] = []
    if client.who == "mentor":
        fresh = [(new_id(), "mentorlogg", "pairing", line.id) for line in roster.pairings]
    elif client.who == "head":
        fresh = [(new_id(), "kobling", "pairing", line.id) for line in roster.pairings]
    elif client.who == "advisor":
        fresh = [(new_id(), "veiledernotat", "team", line.id) for line in roster.teams]
    mine = [each for each in own if may_write(client.who, each[1])]
    choices = [each for each in (rng.choice(each) for each in (mine, opened, fresh) if each) if each]
    if not choices:
        return None
    record, code, kind, id_ = rng.choice(choices)
    form = overview.form(code)
    if form is None:
        return None
    answers, invalid = answers_for(rng, form, id_)
    return Sheet(form, record, About(kind, id_), {"dato": today().isoformat()}, answers, invalid)


def may_write(who: str, code: str) -> bool:
    """Tell who fills in which form."""
    return code in {
        "mentor": ["mentorlogg"], "head": ["kobling"], "advisor": ["veiledernotat"],
        "contact": ["statusrapport", "sluttrapport_team"], "administrator": ["startmaling"],
    }.get(who, [])  # fmt: skip


def answers_for(rng: Random, form: FormDefinition, about: str) -> tuple[Answers, bool]:
    """Make answers that can be told from others; and tell whether the judge must find fault with them."""
    mark = f"{rng.randrange(10**9)}"
    match form.code:
        case "mentorlogg":
            notes = {"steg": f"{SECRET} {mark}", "langt": f"{SECRET} {mark}"} if rng.random() < 0.7 else {}
            bad = rng.random() < 0.1
            answers: Answers = {
                "kobling": about, "status": "ja", "dato": today().isoformat(), "form": "rom", "arbeidstid": "ja",
                "minutter": 100_000 if bad else rng.randrange(10, 90), "tema": ["oppgaver"], "informert": "ja",
            }  # fmt: skip
            return {**answers, **notes}, bad
        case "statusrapport":
            bad = rng.random() < 0.1
            return {"framdrift": 7 if bad else 20, "neste": f"Vi går videre med {mark}."}, bad
        case "kobling":
            return {"enhet": "Sykehjemmet", "yrke": "sykepleier", "kontakt": f"{mark}@eksempel.no"}, False
        case "veiledernotat":
            return {"team": about, "tilbakemelding": f"Bra {mark}", "internt": f"Merk {mark}"}, False
        case _:
            texts = [question.code for question in form.questions() if isinstance(question, Text)]
            return {texts[0]: mark} if texts else {}, False


def words(text: str) -> str:
    """What a revision says, whatever its name."""
    return write_revision(replace(read_revision(text), rev=NAMELESS)).text


def apart_of(text: str) -> str | None:
    """Name the record that a revision holds the kept-apart answers of."""
    return read_revision(text).apart_of
