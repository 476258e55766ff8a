"""Programs read what is released and what their key's maker may see, in one network, and hand in once."""

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree as ET

import msgspec
import pytest
from making_house import REPORT, House, close_app, furnish, open_app, session_log
from server.results.making_results import OSLO, people, write_release

from fotfeste_server.anonymous.releases import path_of
from fotfeste_server.named.api_models import ApiToken
from fotfeste_server.named.models import Record, Revision, Role
from fotfeste_server.named.networks import take_in
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.tokens import end_token, make_token
from fotfeste_server.views import api_shapes, by_key
from fotfeste_server.views.api_document import OPERATIONS, document
from fotfeste_server.views.pace import Pace
from fotfeste_shared.clock import now
from fotfeste_shared.problems import Invalid, NotFound
from fotfeste_shared.revisions import new_id

OWN = "4204"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("api"), "")
    made = furnish(app)
    made.elsewhere = furnish(app, "Nord", "5501")
    take_in(made.db, made.network, OSLO)
    write_release(path_of(made.service.config.releases, made.network.id), people(5, {OSLO: 6, OWN: 25}))
    yield made
    close_app(app)


@pytest.fixture(autouse=True)
def paces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_key, "guessing", Pace(200, 3600))


class Program:
    """Another program with a key of its own."""

    def __init__(self, house: House, *rights: str, who: str = "organizer"):
        self.token = make_token(house.db, house.people[who], house.network, "Regneark", list(rights), days=30)
        self._client = house.app.test_client()

    def get(self, path: str, **query: str):
        return self._client.get(f"/api/v1{path}", query_string=query, headers=self.headers)

    def put(self, path: str, body: object):
        return self._client.put(f"/api/v1{path}", json=body, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def figures_as_shown(house: House) -> str:
    return house.browser("organizer").get(f"/networks/{house.network.id}/results.json").text


# --- keys ----------------------------------------------------------------------------------------------


def test_a_key_is_made_on_a_page_shown_once_and_ended_there(house: House):
    client, page = house.browser("organizer"), f"/networks/{house.network.id}/programs"
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[1]

    made = client.post(page, data={"csrf_token": csrf, "name": "Power BI", "rights": ["results"], "days": "30"})
    token = re.search(r"<code>(fotfeste_[\w-]+)</code>", made.text)[1]
    asked = {"headers": {"Authorization": f"Bearer {token}"}}
    assert 200 == client.get("/api/v1/networks", **asked).status_code
    assert token not in client.get(page).text
    assert not any(token in str(row) for row in ApiToken.select().dicts())

    end = re.search(r'action="(\S+/keys/\S+/end)"', client.get(page).text)[1]
    assert 303 == client.post(end, data={"csrf_token": csrf}).status_code
    assert 401 == client.get("/api/v1/networks", **asked).status_code


def test_a_key_may_what_its_rights_say_and_no_more(house: House):
    results, read = Program(house, "results"), Program(house, "read")

    assert [200, 403, 403] == [results.get(path).status_code for path in ("/figures", "/teams", "/records")]
    assert [403, 200, 200] == [read.get(path).status_code for path in ("/figures", "/teams", "/records")]
    assert 403 == read.put(f"/records/{house.report().id}/revisions/{new_id()}", {"answers": {}}).status_code


def test_a_key_reaches_its_own_network_although_its_maker_reaches_more(house: House):
    organizer = house.people["organizer"]
    everywhere = Role.create(id=new_id(), person=organizer.id, role="organizer")
    key = Program(house, "results", "read", "write")
    theirs = house.elsewhere

    assert [house.network.id] == [each["id"] for each in key.get("/networks").json["items"]]
    assert {house.team.id} == {each["id"] for each in key.get("/teams").json["items"]}
    assert theirs.report().id not in key.get("/records", limit="500").text
    assert 404 == key.get(f"/records/{theirs.report().id}").status_code
    assert 404 == key.put(f"/records/{theirs.report().id}/revisions/{new_id()}", {"answers": {}}).status_code
    everywhere.delete_instance()


def test_a_key_ends_with_its_makers_role_and_with_its_time(house: House, time_machine):
    advisor = Program(house, "results", who="advisor")
    assert 200 == advisor.get("/figures").status_code
    roles = list(Role.select().where(Role.person == house.people["advisor"].id).dicts())

    Role.delete().where(Role.person == house.people["advisor"].id).execute()
    assert advisor.get("/figures").status_code in (403, 404)
    Role.insert_many(roles).execute()

    time_machine.move_to(now() + timedelta(days=31))
    assert 401 == advisor.get("/figures").status_code


def test_guessing_keys_is_slow_and_a_right_one_is_not_held_up(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(by_key, "guessing", Pace(5, 3600))
    key, client = Program(house, "results"), house.app.test_client()

    wrong = [client.get("/api/v1/figures", headers={"Authorization": "Bearer x"}).status_code for _ in range(7)]

    assert [401] * 5 + [429] * 2 == wrong
    assert 200 == key.get("/networks").status_code


def test_no_cookie_counts_here(house: House):
    reply = house.browser("organizer").get("/api/v1/figures")

    assert (401, "application/problem+json") == (reply.status_code, reply.mimetype)
    assert "unknown_key" == reply.json["code"]


def test_a_key_without_a_use_or_an_end_is_not_made(house: House):
    for rights, days in (([], 30), (["all"], 30), (["results"], 0), (["results"], 3650)):
        with pytest.raises(Invalid):
            make_token(house.db, house.people["organizer"], house.network, "x", rights, days=days)

    make_token(house.db, house.people["organizer"], house.elsewhere.network, "x", ["results"], days=1)
    theirs = ApiToken.get(ApiToken.network == house.elsewhere.network.id)
    with pytest.raises(NotFound):
        end_token(house.db, house.network, theirs.id)


# --- figures -------------------------------------------------------------------------------------------


def test_every_figure_is_one_that_the_page_shows_too(house: House):
    key = Program(house, "results")
    shown, found, after = figures_as_shown(house), [], "0"
    while after is not None:
        page = msgspec.json.decode(key.get("/figures", **{"limit": "500", "from": after}).data, type=api_shapes.Figures)
        found, after = found + page.items, page.next

    assert len(found) == len({each.key for each in found}) > 100
    assert any(each.hidden for each in found)
    assert any(each.percent is not None for each in found)
    for each in found:
        assert (each.hidden is None) != (each.n is None)
        assert each.n is None or f'"n":{each.n}' in shown
        assert each.percent is None or f'"percent":{each.percent}' in shown


def test_an_administrator_of_a_municipality_gets_its_figures_alone(house: House):
    found = Program(house, "results", who="administrator").get("/figures", limit="500").json["items"]

    assert {OWN} == {each["place"] for each in found}


def test_figures_can_be_chosen(house: House):
    key = Program(house, "results")
    chosen = key.get("/figures", form="nyansatt", place=OWN, part="answer", limit="500").json["items"]

    assert chosen
    assert {("nyansatt", OWN, "answer")} == {(each["form"], each["place"], each["part"]) for each in chosen}


@pytest.mark.parametrize("wrong", [{"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"from": "-1"}, {"limit": "٣"}])
def test_a_wish_that_makes_no_sense_is_told_so(house: House, wrong: dict[str, str]):
    assert 400 == Program(house, "results").get("/figures", **wrong).status_code


# --- rows and hand-ins ---------------------------------------------------------------------------------


def test_talks_and_what_is_kept_apart_are_never_in_the_api(house: House):
    push = house.push("mentor", session_log(house))
    device = house.devices["mentor"].device
    house.service.writer.do(lambda: push_items(house.db, device, push))
    talk = Record.get(Record.form == "mentorlogg")

    for who in ("organizer", "mentor"):
        key = Program(house, "read", who=who)
        assert 404 == key.get(f"/records/{talk.id}").status_code
        assert talk.id not in key.get("/records", limit="500").text


def test_records_come_page_by_page_each_once(house: House):
    key, found, after = Program(house, "read"), [], ""
    while after is not None:
        page = key.get("/records", limit="3", **({"after": after} if after else {})).json
        found, after = found + [each["id"] for each in page["items"]], page["next"]

    assert len(found) == len(set(found)) > 3
    assert sorted(found) == sorted(each["id"] for each in key.get("/records", limit="500").json["items"])


@pytest.mark.parametrize("asked", [{"after": ""}, {"after": "1"}, {"limit": ""}, {"limit": "0"}, {"limit": "٣"}])
@pytest.mark.parametrize("page", ["/teams", "/records"])
def test_a_question_that_the_description_does_not_allow_is_refused(house: House, page: str, asked: dict[str, str]):
    reply = Program(house, "read").get(page, **asked)

    assert (400, f"bad_{next(iter(asked))}") == (reply.status_code, reply.json["code"])


def test_a_form_handed_in_twice_is_kept_once_with_one_receipt(house: House):
    key, record, rev = Program(house, "write", "read", who="contact"), house.report().id, new_id()
    before = Revision.select().count()
    body = {"parents": key.get(f"/records/{record}").json["leaves"], "answers": REPORT}

    replies = [key.put(f"/records/{record}/revisions/{rev}", body) for _ in range(3)]

    assert [200] * 3 == [each.status_code for each in replies], replies[0].text
    assert ["kept", "known", "known"] == [each.json["outcome"] for each in replies]
    assert 1 == len({each.json["receipt"] for each in replies})
    assert before + 1 == Revision.select().count()
    assert REPORT["kort"] == key.get(f"/records/{record}").json["answers"]["kort"]
    changed = body | {"answers": REPORT | {"kort": "Noe helt annet enn sist, så dette er en annen rapport."}}
    assert 409 == key.put(f"/records/{record}/revisions/{rev}", changed).status_code


def test_what_the_judge_refuses_is_told_question_by_question(house: House):
    key, before = Program(house, "write", who="contact"), Revision.select().count()

    reply = key.put(f"/records/{house.report().id}/revisions/{new_id()}", {"answers": {"framdrift": 999}})

    assert (422, "application/problem+json") == (reply.status_code, reply.mimetype)
    assert "framdrift" in reply.json["questions"]
    assert before == Revision.select().count()
    organizer = Program(house, "write", who="organizer")
    assert 403 == organizer.put(f"/records/{house.report().id}/revisions/{new_id()}", {"answers": REPORT}).status_code


BODIES = (b"", b"[]", b"{", b"[" * 100_000, b'{"answers":1}', b'{"answers":{},"role":1}', b"\xff")


@pytest.mark.parametrize("body", BODIES)
def test_a_message_that_is_none_is_refused_calmly(house: House, body: bytes):
    key = Program(house, "write", who="contact")
    address = f"/api/v1/records/{house.report().id}/revisions/{new_id()}"

    assert 400 == house.app.test_client().put(address, data=body, headers=key.headers).status_code


# --- documents -----------------------------------------------------------------------------------------


def test_the_document_describes_every_route_and_no_other(house: House):
    told = house.app.test_client().get("/api/v1/openapi.json").json
    routes = {
        re.sub(r"<(\w+)>", r"{\1}", str(rule).removeprefix("/api/v1"))
        for rule in house.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
    }

    assert "3.1.0" == told["openapi"]
    assert routes == set(told["paths"]) == {each.path for each in OPERATIONS}
    refs = set(re.findall(r"#/components/schemas/(\w+)", str(document())))
    assert refs == set(told["components"]["schemas"])


def test_what_is_said_is_what_the_document_promises(house: House):
    key = Program(house, "results", "read")
    for each in OPERATIONS:
        if each.method == "get":
            reply = key.get(each.path.format(record_id=house.report().id))
            msgspec.json.decode(reply.data, type=each.reply, strict=True)


# --- OData ---------------------------------------------------------------------------------------------


def odata(house: House, path: str = "/Figures", **query: str):
    key = Program(house, "results")
    password = base64.b64encode(f"excel:{key.token}".encode()).decode()
    headers = {"Authorization": f"Basic {password}"}
    return house.app.test_client().get(f"/api/v1/odata{path}", query_string=query, headers=headers)


def test_excel_finds_its_way_with_the_key_as_its_password(house: House):
    root, told = odata(house, "/"), odata(house, "/$metadata")
    names = [each.get("Name") for each in ET.fromstring(told.data).iter() if each.tag.endswith("}Property")]

    assert "4.0" == root.headers["OData-Version"] == told.headers["OData-Version"]
    assert "Figures" == root.json["value"][0]["url"]
    assert set(names) == set(odata(house, **{"$top": "1"}).json["value"][0])
    assert "Basic" in house.app.test_client().get("/api/v1/odata/").headers["WWW-Authenticate"]


def test_rows_are_skipped_counted_chosen_and_cut(house: House):
    every = odata(house, **{"$count": "true"}).json
    few = odata(house, **{"$top": "3", "$skip": "2", "$select": "key,percent"}).json["value"]
    own = odata(house, **{"$filter": f"place eq '{OWN}' and part eq 'answer' and hidden eq null"}).json["value"]

    assert every["@odata.count"] == int(odata(house, "/Figures/$count").text)
    assert [each["key"] for each in every["value"][2:5]] == [each["key"] for each in few]
    assert {"key", "percent"} == set(few[0])
    assert own
    assert {(OWN, "answer", None)} == {(each["place"], each["part"], each["hidden"]) for each in own}


def test_the_rest_has_an_address_of_ours_whatever_the_request_calls_us(house: House):
    key, seen, address = Program(house, "results"), [], "/api/v1/odata/Figures"
    while address:
        page = house.app.test_client().get(address, headers=key.headers | {"Host": "ond.example"}).json
        seen += [each["key"] for each in page["value"]]
        address = page.get("@odata.nextLink")
        assert address is None or address.startswith(house.service.config.base_url)
        address = address and address.removeprefix(house.service.config.base_url)

    assert len(seen) == len(set(seen)) == int(odata(house, "/Figures/$count").text)


@pytest.mark.parametrize("wrong", [
    {"$filter": "place eq"}, {"$filter": "x eq 1"}, {"$filter": "place eq 'a' or 1 eq 1"}, {"$top": "-1"},
    {"$orderby": "place"}, {"$select": "__class__"}, {"$filter": "place eq '" + "'" * 10_000}, {"$skip": "1e9"},
])  # fmt: skip
def test_a_wish_beyond_the_feed_is_refused(house: House, wrong: dict[str, str]):
    assert 400 == odata(house, **wrong).status_code
