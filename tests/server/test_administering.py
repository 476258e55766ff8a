"""An operator sees who can sign in, which computers are connected and what waits, and can mend it by a command."""

import pytest
from click.testing import CliRunner
from making_house import close_app, furnish, open_app

from fotfeste_server.cli import main
from fotfeste_server.jobs import Job, claim, enqueue, retry_later
from fotfeste_server.migrations import TABLES
from fotfeste_server.named.models import Person, SignIn
from fotfeste_server.named.signing_in import begin_session
from fotfeste_shared.clock import now
from fotfeste_shared.database import writing


@pytest.fixture
def house(tmp_path):
    app = open_app(tmp_path, "")
    yield furnish(app)
    close_app(app)


@pytest.fixture
def run(house, tmp_path):
    def run(*words, fails=False):
        reply = CliRunner().invoke(main, [*words, "--data", str(tmp_path)])
        house.db.bind(TABLES, bind_refs=False, bind_backrefs=False)  # the command had them for itself
        assert fails == (reply.exit_code != 0), reply.output
        return reply.output

    return run


def test_everybody_is_listed_with_what_they_may_do(run, house):
    told = {line.split()[0]: line for line in run("users", "list").splitlines()}

    assert {each.email for each in Person.select()} == set(told)
    assert f"team_contact team {house.team.id}" in told[house.people["contact"].email]


def test_somebody_is_let_in_once_and_signed_out_everywhere(run, house):
    for _ in range(2):
        run("users", "add", "ny@eksempel.no", "--name", "Ny Person", "--role", "advisor", "--network", house.network.id)
    begin_session(house.db, house.people["contact"])

    assert 1 == run("users", "list").count("ny@eksempel.no  Ny Person  advisor network")
    assert "1 browsers" in run("users", "sign-out", house.people["contact"].email.upper())
    assert 0 == SignIn.select().count()
    assert "nobody here" in run("users", "sign-out", "ingen@eksempel.no", fails=True)
    assert "no such network" in run("users", "add", "a@b.no", "--name", "A", "--network", "x", fails=True)


def test_a_computer_is_turned_away_in_two_degrees(run, house):
    device = house.device("mentor").device.id

    assert f"{device}  active" in run("devices", "list")
    assert house.people["mentor"].email in run("devices", "list")
    run("devices", "turn-away", device)
    assert "drain_only" in run("devices", "list")
    run("devices", "turn-away", device, "--entirely")
    assert "blocked" in run("devices", "list")
    assert "no such computer" in run("devices", "turn-away", "x", fails=True)


def test_what_failed_is_told_and_tried_again_at_a_word(run, house):
    with writing(house.db):
        enqueue("letter", {}, job_id="letter-1")
    retry_later(house.db, claim(house.db, ["letter"]), "ConnectionRefusedError in send, line 90")

    assert "letter-1  letter" in run("jobs", "list")
    assert "tried 1 times  ConnectionRefusedError in send" in run("jobs", "list")
    assert "1 jobs" in run("jobs", "retry")
    assert Job.get(Job.id == "letter-1").due <= now()
