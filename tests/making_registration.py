"""Makers for the tests of how a network begins: a public page, a sheet that a municipality fills in, and its post."""

import re

from making_house import House
from werkzeug.test import Client, TestResponse

from fotfeste_server.named.public_pages import Plan, plan_meeting, publish_page
from fotfeste_server.named.registration_models import PublicPage
from fotfeste_shared.clock import today


def public_page(house: House, **change: object) -> PublicPage:
    """A page on which municipalities may sign up."""
    told = {"words": "Et nettverk for mentorer.", "shown": True, "taking_in": True, "register_by": None, **change}
    return publish_page(house.db, house.network, **told)


def meeting(house: House, **change: object) -> None:
    """An information meeting today, or as told."""
    told = {"day": today(), "begins": "00.00", "ends": "23.59", "place": "Rådhuset", **change}
    plan_meeting(house.db, house.network, Plan(**told))


def member(name: str, role: str, address: str = "", *, contact: bool = False) -> dict[str, str]:
    known = {"navn": name, "rolle": role, "epost": address or f"{name.casefold()}@kommune.no"}
    return known | ({"teamkontakt": "ja"} if contact else {})


TEAM = [
    member("Anne", "avdelingsleder", contact=True), member("Bo", "tillitsvalgt"), member("Cato", "mentor"),
    member("Dina", "nyansatt"),
]  # fmt: skip


def sheet(*teams: tuple[str, list[dict[str, str]]], **change: str) -> dict[str, object]:
    """A municipality's sign-up as a browser posts it."""
    fields: dict[str, object] = {
        "a.kommune": "5501 Tromsø (Troms)", "a.kontakt_navn": "Kari Kontakt", "a.kontakt_epost": "kari@kommune.no",
        "a.kontakt_mobil": "912 34 567", "a.leder_navn": "Lise Leder", "a.leder_tittel": "Kommunalsjef",
        "a.forankring": ["radmann", "hr"], "a.timer": "12", "a.malgrupper": ["sykepleier"], "a.har_program": "planlagt",
        "a.utfordring": "Nye sykepleiere slutter i løpet av det første året.", "a.bekreft": "ja", "a.informert": "ja",
    }  # fmt: skip
    for place, (name, members) in enumerate(teams or (("Team Nord", TEAM),)):
        fields |= {f"a.team.{place}.navn": name, f"a.team.{place}.tjeneste": ["sykehjem"]}
        fields |= {f"a.team.{place}.enheter": "3"}
        for number, each in enumerate(members):
            fields |= {f"a.team.{place}.medlemmer.{number}.{key}": value for key, value in each.items()}
    return fields | {f"a.{key}": value for key, value in change.items()}


def send(client: Client, address: str, fields: dict[str, object], **more: str) -> TestResponse:
    """Open a public sheet and post it, as a browser without scripts and without cookies."""
    page = client.get(address)
    assert page.status_code == 200, page.text
    fresh = re.search(r'name="id" value="([^"]+)"', page.text)
    return client.post(address, data={"id": fresh[1] if fresh else "", **fields, **more})


def signing_up(name: str = "Per", address: str = "per@kommune.no", **change: str) -> dict[str, object]:
    return {
        "a.kommune": "4204", "a.navn": name, "a.epost": address, "a.rolle": "hr", "a.antall": "2",
        **{f"a.{key}": value for key, value in change.items()},
    }  # fmt: skip
