"""Two servers on one PostgreSQL share the work; when one is killed, the other has everything and does it once."""

import http.client
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode

import pytest
from making_house import close_app, furnish, open_app

from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.models import Inbox
from fotfeste_server.jobs import Job, enqueue
from fotfeste_shared.clock import now, today
from fotfeste_shared.database import writing
from fotfeste_shared.forms import shipped
from fotfeste_shared.revisions import anonymous_receipt

PHONES = 60
LETTERS = 80
PATIENCE = 60
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]


@pytest.fixture
def house(tmp_path, database_url):
    """A furnished house on PostgreSQL, which the test looks into while others serve it."""
    app = open_app(tmp_path / "shared", database_url)
    yield furnish(app)
    close_app(app)


def hand_in(servers, link, body):
    """Post as a phone does that tries again until somebody answers, each time at the next server."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for server in servers:
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
                    connection.request("POST", link, body, FORM)
                    if connection.getresponse().status == 200:
                        return
            except OSError:
                continue
    raise AssertionError("nobody took the answer")


def eventually(holds):
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_when_one_of_two_is_killed_no_answer_and_no_letter_is_lost_or_doubled(house, real_server, database_url):
    day, folder = today(), house.service.config.data
    window = open_window(house.db, house.service.keys, house.network.id, "2026Q4", opens=day, closes=day)
    tokens = invite(
        house.db, house.service.keys, window, shipped()["nyansatt"], wave="m3", place="5025", count=PHONES
    )
    servers = [real_server("--data", str(folder), "--database", database_url) for _ in range(2)]
    with writing(house.db):
        for number in range(LETTERS):
            letter = {"to": f"{number}@eksempel.no", "subject": "Hei", "text": str(number)}
            enqueue("letter", letter, job_id=f"letter-{number}")

    with ThreadPoolExecutor(8) as phones:
        posted = [
            phones.submit(
                hand_in, servers[:: 1 if number % 2 else -1], f"/s/{token}",
                urlencode({"a.t_faglig": "4", "receipt": anonymous_receipt()}),
            )
            for number, token in enumerate(tokens)
        ]  # fmt: skip
        eventually(lambda: Inbox.select().count() >= PHONES // 4)
        os.killpg(servers[0].process.pid, signal.SIGKILL)
        for each in posted:
            each.result()
    with writing(house.db):  # the killed one's claims run out
        Job.update(claimed_until=now()).where(Job.done.is_null()).execute()
    eventually(lambda: not Job.select().where(Job.kind == "letter", Job.done.is_null()).exists())

    assert PHONES == Inbox.select().count()
    letters = [path.read_text("utf-8") for path in (folder / "mail").glob("*.eml")]
    to = [line for letter in letters for line in letter.splitlines() if re.match(r"To: \d+@eksempel\.no", line)]
    assert (LETTERS, LETTERS) == (len(to), len(set(to)))
