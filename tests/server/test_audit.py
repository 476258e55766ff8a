"""The audit log tells who did what to what, nothing of what was written, and shows whatever is done to itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from making_house import House, close_app, furnish, open_app
from peewee import DatabaseError

from fotfeste_server import audit, heads
from fotfeste_server.audit import AuditLine, Head, NotAWord, broken_at, head, tell
from fotfeste_server.cli import main
from fotfeste_server.jobs import Job
from fotfeste_server.migrations import TABLES
from fotfeste_server.named.people import assign
from fotfeste_server.named.signing_in import begin_session
from fotfeste_shared.clock import today
from fotfeste_shared.database import writing


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", database_url)
    yield furnish(app)
    close_app(app)


def lines() -> list[tuple[str, str, str]]:
    return [(each.actor, each.act, each.thing) for each in AuditLine.select().order_by(AuditLine.number)]


def post(client, address: str, page: str, **fields: str):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[1]
    return client.post(address, data={"csrf_token": token, **fields})


def test_a_change_is_told_with_who_and_what_and_without_what_was_typed(house: House):
    client, page = house.browser("organizer"), f"/networks/{house.network.id}/teams"
    before = head()
    assert 422 == post(client, page, page, participation="", name="Hemmelig navn").status_code
    assert before == head()

    post(client, page, page, participation=house.participation.id, name="Hemmelig navn")

    actor, act, thing = lines()[-1]
    assert (house.people["organizer"].id, "teams", house.network.id) == (actor, act.rpartition(".")[2], thing)
    assert not any("Hemmelig" in str(line) for line in lines())
    assert not any(person.email in str(lines()) or person.name in str(lines()) for person in house.people.values())


def test_who_signs_in_and_out_and_gets_a_role_or_a_computer_is_told(house: House):
    mentor = house.people["mentor"]
    begin_session(house.db, mentor, way="passkey")
    assign(house.db, mentor, "organizer", network=house.network.id)
    device = house.device("mentor").device

    told = lines()
    assert (mentor.id, "signed in", "passkey") in told
    assert (audit.CONSOLE, "role given", f"organizer {mentor.id} {house.network.id}") in told
    assert (audit.CONSOLE, "device enrolled", f"{device.id} {mentor.id}") in told


def test_a_file_that_is_taken_out_is_told_and_a_page_that_is_read_is_not(house: House):
    client = house.browser("organizer")
    before = head().number
    client.get(f"/networks/{house.network.id}")
    assert before == head().number

    client.get(f"/networks/{house.network.id}/results.xlsx")

    assert ("results.as_workbook", house.network.id) == lines()[-1][1:]


def test_an_act_that_is_taken_back_leaves_no_line(house: House):
    before = head()

    def give_and_fail() -> None:
        with writing(house.db):
            tell(house.db, "role given", house.network.id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_and_fail()
    assert before == head()


def everything_else() -> list[str]:
    others = [table for table in TABLES if table is not AuditLine]
    return sorted(f"{table.__name__} {row}" for table in others for row in table.select().dicts())


def acts(house: House) -> dict[str, tuple[str, dict[str, str]]]:
    """One post of each kind that gives a right, takes one, writes, or takes something out of the house for good."""
    base, team = f"/networks/{house.network.id}", f"/teams/{house.team.id}"
    device = house.device("mentor").device.id
    return {
        "a team": (f"{base}/teams", {"participation": house.participation.id, "name": "Nytt team"}),
        "a seat": (team, {"m-name": "Ny", "m-email": "ny@eksempel.no", "m-seat": "hr", "m-contact": "y"}),
        "an advisor": (team, {"a-name": "Ny", "a-email": "ny@eksempel.no", "advise": ""}),
        "a code for a computer": (f"{base}/devices", {"person": house.people["mentor"].id}),
        "a computer turned away": (f"{base}/devices/{device}", {"state": "blocked"}),
        "a report": (f"/records/{house.report().id}", {}),
        "an erased record": (f"/records/{house.report().id}/erase", {"sure": "y"}),
    }  # fmt: skip


def test_no_act_is_kept_without_its_line(house: House):
    """The log refuses to be written, as when a disk is full at that very moment: then nothing else is written."""
    house.app.config["WTF_CSRF_ENABLED"] = house.app.config["PROPAGATE_EXCEPTIONS"] = False
    client, tried = house.browser("organizer"), acts(house)
    on_sqlite = "sqlite" in house.service.config.database_url
    if on_sqlite:
        house.db.execute_sql("CREATE TRIGGER full BEFORE INSERT ON audit_line BEGIN SELECT RAISE(ABORT, 'full'); END")
    else:
        house.db.execute_sql("ALTER TABLE audit_line ADD CONSTRAINT full_now CHECK (number < 0) NOT VALID")
    before = everything_else()

    told = {name: client.post(address, data=data).status_code for name, (address, data) in tried.items()}

    assert dict.fromkeys(tried, 500) == told
    assert before == everything_else()


def test_words_of_people_do_not_get_in(house: House):
    for odd in ("Kåre Berg", "ola@eksempel.no", "linje\nto", "x" * 300):
        with pytest.raises(NotAWord):
            tell(house.db, "role given", odd)


def test_the_database_itself_refuses_to_rewrite(house: House):
    for query in (AuditLine.update(act="nothing"), AuditLine.delete()):
        with pytest.raises(DatabaseError, match="never rewritten"):
            query.execute()


def forge(house: House, *statements: str) -> None:
    """Change the log as somebody does who owns the machine: the triggers go first."""
    on = " ON audit_line" if "postgres" in house.service.config.database_url else ""
    for name in ("audit_unchanged", "audit_unemptied") if on else ("audit_unchanged", "audit_undeleted"):
        house.db.execute_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
    for each in statements:
        house.db.execute_sql(each)


def rewrite(house: House) -> None:
    """Write the whole log anew, each line sealed well, with one act told otherwise."""
    forge(house)
    rows = list(AuditLine.select().order_by(AuditLine.number))
    before = audit.BEGINNING
    for row in rows:
        row.act = "nothing" if row.number == 2 else row.act
        row.hash = before = audit._sealed(row, before)
        row.save()


FORGERIES = {
    "edited": (["UPDATE audit_line SET act = 'nothing' WHERE number = 3"], 3, False),
    "deleted": (["DELETE FROM audit_line WHERE number = 3"], 3, False),
    "moved": ([f"UPDATE audit_line SET number = {to} WHERE number = {was}" for was, to in ((3, 99), (4, 3), (99, 4))],
              3, False),
    "cut": (["DELETE FROM audit_line WHERE number > 4"], 5, True),
    "rewritten": ([], None, True),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGERIES)
def test_whatever_is_done_to_the_log_shows(house: House, how: str):
    statements, place, needs_memory = FORGERIES[how]
    remembered = head()
    assert None is broken_at((remembered,))

    rewrite(house) if how == "rewritten" else forge(house, *statements)

    assert (broken_at() is None) == needs_memory
    assert (place or remembered.number) == broken_at((remembered,))
    found = CliRunner().invoke(main, ["doctor", "--data", str(house.service.config.data), "--head", str(remembered),
                                      "--database", house.service.config.database])  # fmt: skip
    assert "WRONG  audit" in found.output


def test_the_head_goes_by_mail_once_a_week_to_who_plans_the_whole_house(house: House):
    assign(house.db, house.people["organizer"], "organizer")
    with writing(house.db):
        heads.call_round(today())
        heads.call_round(today())
    rounds = Job.select().where(Job.kind == heads.KIND)
    assert 1 == rounds.count()

    heads.go_round(house.db, rounds[0].id)
    heads.go_round(house.db, rounds[0].id)

    letters = [job.payload for job in Job.select().where(Job.kind == "letter")]
    assert [house.people["organizer"].email] == [each["to"] for each in letters]
    told = re.search(r"\d+:[0-9a-f]{64}", letters[0]["text"])[0]
    assert head() == audit.read_head(told)


def test_a_head_that_is_none_is_refused():
    for text in ("", "5", "5:abc", "x:" + "0" * 64):
        with pytest.raises(ValueError, match="number"):
            audit.read_head(text)
    assert Head(7, "a" * 64) == audit.read_head(f" 7:{'a' * 64}\n")
