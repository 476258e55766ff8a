"""Whatever a post carries besides a form's own fields changes nothing: no role, no network, no other's row.

The forms are found as a person finds them: by reading every page that can be reached by links. Each is filled in as
its fields ask, posted once as it is and once with every column of every table besides, and both must do the same.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from making_house import House, close_app, furnish, open_app
from server.test_access import FOR_GOOD, address_of, houses, routes, things  # noqa: F401 (a house with all of it)

from fotfeste_server.anonymous.invitations import open_window
from fotfeste_server.migrations import TABLES
from fotfeste_server.named.models import Revision
from fotfeste_server.named.publishing import published
from fotfeste_shared.clock import today

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
CHANCE = re.compile(
    r"[0-9a-f]{64}|(?<![-\w])[0-9A-Z]{4}-[0-9A-Z]{4}(?![-\w])|(?<![-\w])[0-9A-Z]{8,16}(?![-\w])"
    r"|(?<![-\w])[A-Za-z0-9_-]{40,}|datetime\.datetime\(.*?\)\)?"
    r"|\d{4}-\d\d-\d\dT[^'\"]*"
)
NOT_POSTED = ("/signout", "/erase")  # they end what the others need; what they take from a post is nothing at all
MOST_PAGES = 80
KEPT = {"Record", "Revision", "Leaf", "SignIn", "AuditLine", "Draft", "DraftVersion"}  # what a questionnaire writes


@dataclass
class Form:
    """One form of a page: where it goes, and what a person who fills it in would send."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Reader(HTMLParser):
    """Reads the links and the forms of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.page, self.links, self.forms, self._select = page, [], [], ""

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"])
        if tag == "form" and given.get("method", "").lower() == "post":
            self.forms.append(Form(given.get("action") or self.page))
        if not self.forms:
            return
        fields = self.forms[-1].fields
        if tag == "input" and "name" in given:
            fields.setdefault(given["name"], self._filled(given))
        if tag == "textarea" and "name" in given:
            fields.setdefault(given["name"], "Tekst")
        if tag == "button" and given.get("name"):
            fields.setdefault(given["name"], given.get("value", ""))
        if tag == "select":
            self._select = given.get("name", "")
        if tag == "option" and self._select and given.get("value"):
            fields.setdefault(self._select, given["value"])

    @staticmethod
    def _filled(given: dict[str, str]) -> str:
        if given.get("type") in ("hidden", "checkbox", "radio"):
            return given.get("value", "y")
        later = 400 if "end" in given["name"] else 40
        day = (today() + timedelta(later)).isoformat()
        kinds = {"email": "ny@eksempel.no", "date": day, "number": "3"}
        if "start" in given["name"] or "end" in given["name"] or given.get("inputmode") == "numeric":
            return given.get("value") or day
        return given.get("value") or kinds.get(given.get("type", ""), "Oslo" if "municip" in given["name"] else "Ny")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("mass"), "")
    app.config["WTF_CSRF_ENABLED"] = False
    made = furnish(app)
    made.elsewhere = furnish(app, "Nord", "5501")
    open_window(made.db, made.service.keys, made.network.id, "2026Q4", opens=today(), closes=today() + timedelta(60))
    made.device("mentor")
    yield made
    close_app(app)


def forms_of(client) -> dict[tuple[str, frozenset[str]], Form]:
    """Every form within reach of a person, each kind of it once."""
    waiting, seen, found = ["/", "/me", "/networks/new"], set(), {}
    while waiting and len(seen) < MOST_PAGES:
        page = waiting.pop(0).partition("#")[0]
        if page in seen or "language=" in page:
            continue
        seen.add(page)
        reply = client.get(page)
        if reply.status_code != 200 or not reply.mimetype.endswith("html"):
            waiting += [reply.location] if reply.location else []
            continue
        reader = Reader(page)
        reader.feed(reply.text)
        waiting += reader.links
        for each in reader.forms:
            kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|seen=.*", "", each.action)
            if not each.action.endswith(NOT_POSTED):
                found.setdefault((kind, frozenset(each.fields)), each)
    return found


def foreign(house: House, own: set[str]) -> dict[str, str]:
    """Every column of every table that a form does not have, filled with what is another network's or too much."""
    theirs = house.elsewhere
    rows = {
        "network": theirs.network.id, "team": theirs.team.id, "person": theirs.people["contact"].id,
        "participation": theirs.participation.id, "pairing": theirs.pairing.id, "gathering": theirs.gathering.id,
        "mentor": theirs.people["mentor"].id, "advisor": theirs.people["advisor"].id,
        "author": theirs.people["head"].id,
        "role": "organizer", "state": "active", "colluders": "0", "demo": "1", "sealed": "1", "municipality": "5501",
    }  # fmt: skip
    names = {column for table in TABLES for column in table._meta.combined}
    bare = {name.rpartition("-")[2] for name in own}
    filled = {name: rows.get(name.removesuffix("_id"), theirs.network.id) for name in names}
    prefixes = {name.rpartition("-")[0] for name in own if "-" in name}
    extra = {name: value for name, value in filled.items() if name not in bare}
    return extra | {f"{prefix}-{name}": value for prefix in prefixes for name, value in extra.items()}


class Undone(Exception):
    """Takes a transaction back."""


@contextmanager
def undone(house: House) -> Iterator[None]:
    with suppress(Undone), house.db.turn, house.db.transaction():
        yield
        raise Undone


def effect(
    house: House, client, address: str, sent: dict[str, str], method: str = "POST"
) -> tuple[int, list[str]]:
    """What a post does to the database; what is new by chance and clock is left out, whom it points at is not."""
    with undone(house):
        before = rows()
        known = set(ID.findall(str(before)))
        status = client.open(address, method=method, data=sent).status_code
        changed = [CHANCE.sub("*", each) for each in rows() ^ before]
    return status, sorted(ID.sub(lambda found: found[0] if found[0] in known else "*", each) for each in changed)


def rows() -> set[str]:
    return {f"{table.__name__} {told(row)}" for table in TABLES for row in table.select().dicts()}


def told(row: dict[str, object]) -> dict[str, object]:
    return {name: "*" if isinstance(value, bytes) else value for name, value in row.items()}


def is_questionnaire(form: Form) -> bool:
    return form.action.startswith("/records/") or form.action.endswith(("/note", "/session"))


@pytest.mark.parametrize(("who", "least"), [("organizer", (14, 12)), ("administrator", (5, 3))])
def test_a_post_with_every_column_besides_does_what_the_form_alone_does(house: House, who: str, least: tuple[int, int]):
    client, same, found = house.browser(who), 0, []
    for form in forms_of(client).values():
        if not is_questionnaire(form):
            plain = effect(house, client, form.action, form.fields)
            stuffed = effect(house, client, form.action, form.fields | foreign(house, set(form.fields)))
            assert stuffed == plain or stuffed[1] == [], form
            same += stuffed == plain and bool(plain[1])
            found.append((form.action, plain[0], len(plain[1])))

    assert (len(found), same) >= least, (same, found)


@pytest.mark.parametrize("who", ["mentor", "contact", "advisor", "administrator"])
def test_a_questionnaire_keeps_its_own_questions_answers_by_whom_and_about_what_it_is(house: House, who: str):
    client, person, tried = house.browser(who), house.people[who].id, 0
    for form in filter(is_questionnaire, forms_of(client).values()):
        before, last = rows(), Revision.select().count()
        extra = foreign(house, set(form.fields))
        client.post(form.action, data=form.fields | extra | {f"a.{name}": value for name, value in extra.items()})
        tried += 1
        assert {each.partition(" ")[0] for each in rows() ^ before} <= KEPT
        for made in Revision.select().where(Revision.seq > last):
            assert (person, house.network.id) == (made.author_id, made.record.network_id)
            known = {path for path, _ in published(made.form).every()}
            assert set(json.loads(made.text)["answers"]) <= known

    assert tried


OWN = {"wishes.wish": {"reason"}}  # a field that has the name of its column


@pytest.mark.slow
def test_every_route_that_changes_something_does_with_every_column_what_it_does_with_none(houses: House):  # noqa: F811
    """Also those whose buttons stand on no page just now: they are found in the map of routes."""
    client, given, differs, acted = houses.browser("organizer"), things(houses), [], 0
    changing = [(endpoint, method) for endpoint, method, _ in routes(houses.app) if method != "GET"]
    for endpoint, method in changing:
        if (endpoint, method) == FOR_GOOD:
            continue
        address = address_of(houses.app, endpoint, given)
        stuffed = effect(houses, client, address, foreign(houses, OWN.get(endpoint, set())), method)
        if stuffed[1]:
            acted += 1
            differs += [endpoint] if stuffed != effect(houses, client, address, {}, method) else []

    assert [] == differs
    assert (len(changing), acted) >= (60, 10)
