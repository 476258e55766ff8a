"""Whatever is posted to the pages, the answer is a page or a plain refusal, never a fault of ours."""

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app

from fotfeste_server.named.models import Record
from fotfeste_server.named.publishing import published
from fotfeste_shared.revisions import new_id

POSTS = 3_000 if os.environ.get("FOTFESTE_ATTACKS") == "long" else 100
ODD = (
    "", " ", "ja", "0", "-1", "1e9", "9" * 40, "a" * 3000, "\x00", "\ud83e", "2027-02-30", "24.8.2027", "null", "[]",
    "{{7*7}}", "<script>", "' OR 1=1 --", "../../etc", "æøå", "٣", "12345678901", "NaN", "2027-01-01T00:00", "−5",
    "5,5", "a\x00b",
)  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("rubbish"), "")
    app.config["WTF_CSRF_ENABLED"] = False
    yield furnish(app)
    close_app(app)


def fields_of(code: str) -> list[str]:
    """Every field that a form's page may post, rows at several places and rows within rows included."""
    fields = ["id", "add", "remove", "csrf_token"]
    for path, _ in published(code).every():
        first, *rest = path.split(".")
        below = "".join(f".{place}.{each}" for place, each in zip("0172", rest, strict=False))
        fields += [f"a.{first}{below}", f"a.{path}"]
    return fields


def rubbish(chance: random.Random, fields: list[str]) -> dict[str, list[str]]:
    chosen = chance.sample(fields, chance.randrange(len(fields) + 1))
    sent = {name: [chance.choice(ODD) for _ in range(chance.choice((1, 1, 1, 2)))] for name in chosen}
    if chance.random() < 0.5:
        sent["id"] = [new_id()]
    if chance.random() < 0.1:
        sent["a." + "x.0." * 200 + "y"] = ["dypt"]
    return {name: [value.encode("utf-8", "replace").decode() for value in values] for name, values in sent.items()}


def forms(house: House) -> dict[str, tuple[str, str]]:
    """Each page of a named form, and who may fill it in."""

    def record(key: str) -> str:
        return f"/records/{Record.get(Record.natural_key == key).id}?seen="

    place = house.participation.id
    return {
        "statusrapport": ("contact", f"/records/{house.report().id}?seen="),
        "sluttrapport_team": ("contact", record(f"sluttrapport_team:{house.team.id}")),
        "avtale": ("administrator", record(f"avtale:{place}")),
        "pamelding_nettverk": ("administrator", record(f"pamelding_nettverk:{place}")),
        "veiledernotat": ("advisor", f"/teams/{house.team.id}/note"),
        "mentorlogg": ("mentor", f"/pairings/{house.pairing.id}/session"),
    }


# These are judged only on a page that was opened and seen: without its marks a post leads back to the page.
NOT_JUDGED_BLINDLY = {"statusrapport", "sluttrapport_team", "avtale"}


@pytest.mark.parametrize(
    "code", ["statusrapport", "sluttrapport_team", "avtale", "pamelding_nettverk", "veiledernotat", "mentorlogg"]
)
def test_a_named_form_takes_any_rubbish_calmly(house: House, code: str):
    chance, fields = random.Random(code), fields_of(code)
    who, address = forms(house)[code]
    client = house.browser(who)
    assert 200 == client.get(address, follow_redirects=True).status_code

    statuses = [client.post(address, data=rubbish(chance, fields)).status_code for _ in range(POSTS)]

    assert max(statuses) < 500
    assert 422 in statuses or code in NOT_JUDGED_BLINDLY


def test_the_staffs_own_forms_take_any_rubbish_calmly(database_url: str, tmp_path: Path):
    app = open_app(tmp_path / "data", database_url)
    app.config["WTF_CSRF_ENABLED"] = False
    house, chance = furnish(app), random.Random("staff")
    client = house.browser("organizer")
    base = f"/networks/{house.network.id}"
    pages = [f"{base}/{part}" for part in ("municipalities", "teams", "gatherings", "pairings", "windows", "devices")]

    for address in [*pages, "/networks/new", f"/teams/{house.team.id}", "/signin/code"]:
        names = re.findall(r'name="([^"]+)"', client.get(address).text)
        for _ in range(POSTS // 8):
            chosen = [name for name in names if chance.random() < 0.8]
            sent = {name: chance.choice(ODD).encode("utf-8", "replace").decode() for name in chosen}
            assert client.post(address, data=sent).status_code < 500
    close_app(app)


def test_a_strange_address_is_not_there(database_url: str, tmp_path: Path):
    app = open_app(tmp_path / "data", database_url)
    house = furnish(app)
    client = house.browser("organizer")
    bases = ("/networks/", "/teams/", "/records/", f"/networks/{house.network.id}/windows/", "/setup/", "/s/")

    for odd in ("%00", "%ff%fe", "'%20OR%201=1", "..%2f..%2fetc", "a" * 3000, "%F0%9F%92%89", "%7B%7B7*7%7D%7D"):
        for base in bases:
            tail = "/links" if base.endswith("windows/") else ""
            assert client.get(f"{base}{odd}{tail}").status_code in (404, 410, 429)
    close_app(app)
