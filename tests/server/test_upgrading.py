"""A house that an earlier program made opens with this one, and nothing that was in it is lost.

`tests/data/houses/` holds what the program of that day left behind: a network with a report, a session and five
answers in an open window. A house is added there when its shape has been released, and never changed.
"""

import gzip
from pathlib import Path

import psycopg
import pytest
from project_files import ROOT

from fotfeste_server.anonymous.models import Inbox, Invitation, Window
from fotfeste_server.app import close_app, create_app
from fotfeste_server.config import Config
from fotfeste_server.migrations import STEPS, TABLES
from fotfeste_server.named.models import Leaf, Network, Pairing, Person, Record, Revision
from fotfeste_server.named.proving import prove
from fotfeste_server.named.publishing import published
from fotfeste_server.named.signing_in import begin_session
from fotfeste_server.views import COOKIE
from fotfeste_shared.database import close_database, open_database
from fotfeste_shared.forms import shipped
from fotfeste_shared.migrating import AppliedStep, migrate, waiting_steps

HOUSES = ROOT / "tests" / "data" / "houses"
DAYS = sorted({path.name.partition(".")[0] for path in HOUSES.iterdir()})


@pytest.fixture(params=DAYS)
def old(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Config:
    """The configuration of a house from that day, not yet opened by today's program."""
    if database_url.startswith("sqlite"):
        (tmp_path / "fotfeste.db").write_bytes(gzip.decompress((HOUSES / f"{request.param}.db.gz").read_bytes()))
        return Config(data=tmp_path)
    told = gzip.decompress((HOUSES / f"{request.param}.postgresql.sql.gz").read_bytes()).decode()
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(told)
    return Config(data=tmp_path, database=database_url)


def test_it_opens_with_everything_that_was_in_it(old: Config):
    before = open_database(old.database_url)
    waiting = waiting_steps(before, STEPS)
    close_database(before)

    app = create_app(old)
    try:
        db = app.extensions["fotfeste"].db
        assert waiting
        assert [] == waiting_steps(db, STEPS)
        assert (2, 2, 0) == (Revision.select().count(), Leaf.select().count(), len(prove(db).faults))
        assert (1, 6, 5) == tuple(table.select().count() for table in (Window, Invitation, Inbox))
        assert (1, 1) == (Network.select().count(), Pairing.select().count())
        assert {table._meta.table_name for table in TABLES} <= set(db.get_tables())
        assert all(published(code).version == form.version for code, form in shipped().items())
    finally:
        close_app(app)


def test_people_go_on_where_they_were(old: Config):
    app = create_app(old)
    try:
        client, network = app.test_client(), Network.select().get()
        person = Person.get(Person.email.contains("arrangor"))
        client.set_cookie(COOKIE, begin_session(app.extensions["fotfeste"].db, person))
        pages = [f"/networks/{network.id}", "/networks", f"/records/{Record.get(Record.form == 'statusrapport').id}"]

        assert {200} == {client.get(page, follow_redirects=True).status_code for page in pages}
    finally:
        close_app(app)


def test_the_shape_is_that_of_a_new_house(old: Config, tmp_path: Path):
    db = open_database(old.database_url)
    fresh = open_database(f"sqlite:///{tmp_path / 'fresh.db'}")
    migrate(db, STEPS)
    migrate(fresh, STEPS)
    try:
        shapes = [
            {name: {column.name for column in each.get_columns(name)} for name in each.get_tables()}
            for each in (db, fresh)
        ]
        assert shapes[1] == shapes[0]
        assert AppliedStep._meta.table_name in shapes[0]
    finally:
        close_database(db)
        close_database(fresh)
