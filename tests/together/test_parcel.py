"""Undelivered work carried by hand comes in once, through the same door, and nobody on the way reads it."""

from io import BytesIO
from pathlib import Path
from secrets import token_urlsafe

import pytest
from flask.testing import FlaskClient
from making_house import House, close_app, furnish, open_app, session_log
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fotfeste_desktop.copies import save_parcels
from fotfeste_desktop.exchange import Exchange
from fotfeste_desktop.migrations import STEPS
from fotfeste_desktop.models import Note
from fotfeste_desktop.models import Revision as Kept
from fotfeste_server.named.devices import turn_away
from fotfeste_server.named.models import Revision
from fotfeste_server.parcels import public_key, take_in
from fotfeste_shared.clock import now
from fotfeste_shared.closed_file import new_key
from fotfeste_shared.database import Database, close_database, open_database
from fotfeste_shared.migrating import migrate
from fotfeste_shared.problems import Invalid, NotFound
from fotfeste_shared.revisions import Written, read_revision
from fotfeste_shared.sync import EnrolReply, PersonLine

PRIVATE = "Kari gråt i dag."


@pytest.fixture
def house(tmp_path: Path):
    app = open_app(tmp_path / "data", "")
    yield furnish(app)
    close_app(app)


@pytest.fixture
def mine(house: House, tmp_path: Path):
    """The mentor's own database: enrolled, with nothing delivered."""
    db = open_database(f"sqlite:///{tmp_path / 'mine.db'}", key=bytes(32))
    migrate(db, STEPS)
    device, person = house.device("mentor"), house.people["mentor"]
    reply = EnrolReply(
        service="fotfeste", device=device.device.id, token=device.token, server="s",
        person=PersonLine(id=person.id, name=person.name), parcel_key=public_key(house.service.keys),
    )  # fmt: skip
    Exchange(db).take_enrolment("http://nowhere", reply)
    yield db
    close_database(db)


def keep(db: Database, written: Written) -> str:
    content = read_revision(written.text)
    Kept.insert(
        rev=written.rev, record=content.record, form=content.form, about_kind=content.about.kind,
        about_id=content.about.id, text=written.text, digest=written.digest, mine=True, state="queued", saved_at=now(),
    ).execute(db)  # fmt: skip
    Note.insert(record=content.record, answers={"notat": PRIVATE}, touched=now()).execute(db)
    return written.rev


def save_parcel(db: Database, folder: Path, passphrase: str = "") -> Path:
    """Save what waits, which is one file nearly always."""
    [path] = save_parcels(db, folder, passphrase)
    return path


def taken(house: House, raw: bytes) -> dict[str, int]:
    told = take_in(house.db, house.service.writer, house.service.keys, raw)
    return {outcome: count for outcome, count in told.items() if count}


def test_a_parcel_comes_in_once_however_often_it_is_taken_in(house: House, mine: Database, tmp_path: Path):
    revs = {keep(mine, session_log(house)) for _ in range(120)}
    raw = save_parcel(mine, tmp_path / "out").read_bytes()

    assert {"stored": 120} == taken(house, raw)
    assert {"duplicate": 120} == taken(house, raw)
    assert revs == {row.rev for row in Revision.select()}
    assert {"queued"} == {row.state for row in Kept.select().bind(mine)}  # until the server itself has said so


def post(client: FlaskClient, address: str, path: Path):
    """Choose a file and send it; the test client's own way leaves a large one open behind it."""
    edge, body = encode_multipart({"parcel": FileStorage(BytesIO(path.read_bytes()), path.name, "parcel")})
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={edge}")


def test_more_than_a_server_takes_at_once_becomes_several_files_that_it_takes_one_by_one(
    house: House, mine: Database, tmp_path: Path
):
    revs = {keep(mine, session_log(house, egen=token_urlsafe(120_000))) for _ in range(12)}
    house.app.config["WTF_CSRF_ENABLED"] = False
    client, address = house.browser("organizer"), f"/networks/{house.network.id}/parcel"
    paths = save_parcels(mine, tmp_path / "out")
    answers = [post(client, address, path).status_code for path in paths]

    assert ["-1-av-2.fotfeste", "-2-av-2.fotfeste"] == [path.name[-16:] for path in paths]
    assert [303, 303] == answers
    assert revs == {row.rev for row in Revision.select()}


def test_files_are_taken_in_together_and_a_spoilt_one_stops_no_other(house: House, mine: Database, tmp_path: Path):
    raw = []
    for _ in range(2):
        keep(mine, session_log(house))
        raw.append(save_parcel(mine, tmp_path / "out").read_bytes())
    house.app.config["WTF_CSRF_ENABLED"] = False
    files = [(BytesIO(content), name) for content, name in zip([raw[0], b"x", raw[1]], "abc", strict=True)]
    client, address = house.browser("organizer"), f"/networks/{house.network.id}/parcel"
    told = client.post(address, data={"parcel": files}, follow_redirects=True).text

    assert "2 nye er levert, 1 var levert fra før" in told
    assert "b: Vi kan ikke lese filen." in told


def test_nobody_on_the_way_reads_it_and_private_notes_are_not_in_it(house: House, mine: Database, tmp_path: Path):
    keep(mine, session_log(house))
    path = save_parcel(mine, tmp_path / "out")

    assert b"mentorlogg" not in path.read_bytes()
    assert 0o600 == path.stat().st_mode & 0o777
    taken(house, path.read_bytes())
    assert PRIVATE not in Revision.get().text


def test_a_parcel_without_the_devices_token_is_held_for_a_person(house: House, mine: Database, tmp_path: Path):
    keep(mine, session_log(house))
    Exchange(mine).keep(identity={**Exchange(mine).fact("identity"), "token": "forged"})

    assert {"stored": 1, "held": 1} == taken(house, save_parcel(mine, tmp_path / "out").read_bytes())
    assert "drain_only" == Revision.get().held


def test_a_stolen_computers_parcel_is_held_too(house: House, mine: Database, tmp_path: Path):
    keep(mine, session_log(house))
    turn_away(house.db, house.device("mentor").device, "blocked")

    assert {"stored": 1, "held": 1} == taken(house, save_parcel(mine, tmp_path / "out").read_bytes())


@pytest.mark.parametrize("fault", ["empty", "cut", "another service", "a picture"])
def test_what_is_no_parcel_of_ours_is_refused_in_words(house: House, mine: Database, tmp_path: Path, fault: str):
    keep(mine, session_log(house))
    if fault == "another service":
        Exchange(mine).keep(parcel_key=new_key().hex())
    raw = save_parcel(mine, tmp_path / "out").read_bytes()
    given = {"empty": b"", "cut": raw[:-5], "another service": raw, "a picture": b"\x89PNG" + raw}[fault]

    with pytest.raises(Invalid):
        taken(house, given)
    assert 0 == Revision.select().count()


@pytest.mark.parametrize("key", [new_key().hex(), None], ids=["a lost key", "no key"])
def test_a_parcel_with_a_passphrase_is_opened_by_any_house_of_ours_that_is_told_it(
    house: House, mine: Database, tmp_path: Path, key: str | None
):
    keep(mine, session_log(house))
    Exchange(mine).keep(parcel_key=key)
    raw = save_parcel(mine, tmp_path / "out", "fire rolige grønne fjell").read_bytes()

    def asked(passphrase: str) -> str:
        with pytest.raises(Invalid) as refused:
            take_in(house.db, house.service.writer, house.service.keys, raw, passphrase)
        return refused.value.sentence("nb")

    assert b"mentorlogg" not in raw
    assert "lukket med et passord" in asked("")
    assert "Passordet er feil" in asked("fire rolige grønne fjord")
    assert 0 == Revision.select().count()
    told = take_in(house.db, house.service.writer, house.service.keys, raw, "fire rolige grønne fjell")
    assert 1 == told["stored"]


def test_nothing_is_carried_when_nothing_waits(mine: Database, tmp_path: Path):
    with pytest.raises(NotFound):
        save_parcel(mine, tmp_path)


def test_an_organizer_takes_it_in_on_the_page_of_computers(house: House, mine: Database, tmp_path: Path):
    keep(mine, session_log(house))
    raw = save_parcel(mine, tmp_path / "out").read_bytes()
    house.app.config["WTF_CSRF_ENABLED"] = False
    address = f"/networks/{house.network.id}/parcel"

    def post(who: str, content: bytes, passphrase: str = ""):
        files = {"parcel": (BytesIO(content), "x.fotfeste"), "passphrase": passphrase}
        return house.browser(who).post(address, data=files, follow_redirects=True)

    locked = save_parcel(mine, tmp_path / "out", "fire rolige grønne fjell").read_bytes()
    assert "1 nye er levert" in post("organizer", raw).text
    assert "1 var levert fra før" in post("organizer", locked, "fire rolige grønne fjell").text
    assert "lukket med et passord" in post("organizer", locked).text
    assert (422, True) == ((told := post("organizer", b"x")).status_code, "Vi kan ikke lese filen" in told.text)
    assert 403 == post("contact", raw).status_code
