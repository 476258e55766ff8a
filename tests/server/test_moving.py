"""A house moves from its file to PostgreSQL whole, proved row by row, or not at all."""

import pytest
from click.testing import CliRunner
from making_house import House, close_app, furnish, open_app, report

from fotfeste_server import moving
from fotfeste_server.anonymous.envelope import Envelope
from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.models import Inbox
from fotfeste_server.cli import main
from fotfeste_server.config import Config
from fotfeste_server.migrations import TABLES
from fotfeste_server.moving import CannotMove, move_to_postgres
from fotfeste_server.named.models import Network, Person, Revision
from fotfeste_server.named.pushing import push_items
from fotfeste_shared.clock import today
from fotfeste_shared.database import close_database, open_database
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.revisions import new_id

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def push(house: House, *written):
    made = house.push("contact", *written)
    return house.service.writer.do(lambda: push_items(house.db, house.device("contact").device, made))


@pytest.fixture
def lived_in(tmp_path, database_url):
    """A closed house in a file, in which somebody handed in a report and somebody an answer."""
    app = open_app(tmp_path, "")
    house = furnish(app)
    push(house, report(house))
    day = today()
    window = open_window(house.db, house.service.keys, house.network.id, "2026Q4", opens=day, closes=day)
    (token,) = invite(house.db, house.service.keys, window, shipped()["nyansatt"], wave="m3", place="5025", count=1)
    Envelope(house.service.writer, token, day).receive(Filled("nyansatt", 1, {"t_faglig": 4}, new_id()))
    close_app(app)
    return house


def rows():
    return {table.__name__: table.select().count() for table in TABLES}


def test_everything_goes_over_and_the_same_devices_go_on_there(lived_in, tmp_path, database_url):
    config, said = Config(data=tmp_path), []

    moved = move_to_postgres(config, database_url, said.append)

    assert {table._meta.table_name for table in TABLES} == set(moved.rows) == {line.split(":")[0] for line in said}
    assert 1 == moved.lines
    assert not (tmp_path / "fotfeste.db").exists()
    assert (moved.aside / "fotfeste.db").exists()
    lived_in.app = open_app(tmp_path, database_url)
    try:
        assert (1, 1) == (Revision.select().count(), Inbox.select().count())
        assert rows()["Person"] == moved.rows["person"]
        assert 200 == lived_in.browser("organizer").get(f"/networks/{lived_in.network.id}").status_code
        outcome = push(lived_in, report(lived_in))
        assert "stored" == outcome.items[0].outcome
        assert 2 == outcome.items[0].seq
    finally:
        close_app(lived_in.app)


def test_a_move_that_breaks_in_the_middle_leaves_the_file_and_an_empty_database(
    lived_in, tmp_path, database_url, monkeypatch
):
    def break_off(line):
        if line.startswith("revision"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move_to_postgres(Config(data=tmp_path), database_url, break_off)

    assert (tmp_path / "fotfeste.db").exists()
    assert move_to_postgres(Config(data=tmp_path), database_url).rows["revision"] == 1


def test_a_row_that_arrives_otherwise_is_noticed(lived_in, tmp_path, database_url, monkeypatch):
    true = moving._in_batches

    def bent(db, table, digest):
        for some in true(db, table, digest):
            if table is Person:
                some[0]["name"] = "En annen"
            yield some

    monkeypatch.setattr(moving, "_in_batches", bent)

    with pytest.raises(CannotMove, match=r"person: .* not the same ones"):
        move_to_postgres(Config(data=tmp_path), database_url)
    assert (tmp_path / "fotfeste.db").exists()


def test_a_database_that_is_not_empty_is_left_alone(lived_in, tmp_path, database_url):
    other = open_app(tmp_path / "other", database_url)
    furnish(other)
    close_app(other)

    told = CliRunner().invoke(main, ["move-to-postgres", database_url, "--data", str(tmp_path)])

    assert 1 == told.exit_code
    assert "the new database is not empty" in told.output
    db = open_database(database_url)
    with db.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        assert 1 == Network.select().count()
    close_database(db)


@pytest.mark.parametrize(
    ("data", "target", "told"),
    [
        ("nowhere", "postgresql://localhost/x", "there is no database at"),
        (".", "mysql://localhost/x", "postgresql://"),
        (".", "", "postgresql://"),
    ],
)
def test_what_cannot_be_moved_is_said(lived_in, tmp_path, data, target, told):
    reply = CliRunner().invoke(main, ["move-to-postgres", target, "--data", str(tmp_path / data)])

    assert 1 == reply.exit_code
    assert told in reply.output
    assert (tmp_path / "fotfeste.db").exists()


def test_a_table_that_nobody_knows_stops_the_move(lived_in, tmp_path, database_url):
    file = open_database(f"sqlite:///{tmp_path / 'fotfeste.db'}")
    file.execute_sql("CREATE TABLE somebodys (a)")
    close_database(file)

    with pytest.raises(CannotMove, match="somebodys"):
        move_to_postgres(Config(data=tmp_path), database_url)
