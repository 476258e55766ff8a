"""What the example's municipalities signed before it began: the binding sheet with their teams, and the agreement."""

from fotfeste_shared.kinds import Answers

from .people import Crew, Home, Someone
from .words import in_language, title, variants

SERVICES = (["hjemmetjeneste"], ["sykehjem", "bolig"])  # of a municipality's two teams


def sheet(home: Home, boss: Someone, crews: list[Crew]) -> Answers:
    """Fill in a municipality's binding sheet."""
    return {
        "kommune": home.number, "kontakt_navn": boss.name, "kontakt_epost": boss.email, "kontakt_mobil": "40000003",
        "leder_navn": boss.name, "leder_tittel": title("stilling"), "forankring": ["radmann", "hr"], "timer": 10,
        "malgrupper": ["sykepleier", "vernepleier"], "har_program": "planlagt",
        "utfordring": in_language(variants("utfordring")[0], home.language),
        "team": [_team(crew, services) for crew, services in zip(crews, SERVICES, strict=True)],
        "bekreft": "ja", "informert": "ja",
    }  # fmt: skip


def _team(crew: Crew, services: list[str]) -> Answers:
    members: list[Answers] = []
    for seat in crew.seats:
        member: Answers = {"navn": seat.who.name, "rolle": seat.code, "epost": seat.who.email}
        members.append(member | ({"teamkontakt": "ja"} if seat.contact else {}))
    return {"navn": crew.name, "tjeneste": [*services], "enheter": len(crew.units), "medlemmer": members}


def acceptance(boss: Someone, case: str) -> Answers:
    """Accept the agreement on a municipality's behalf."""
    return {
        "signatar_navn": boss.name, "signatar_stilling": title("stilling"), "fullmakt": "ja", "dba": "ja",
        "saksnr": case,
    }  # fmt: skip
