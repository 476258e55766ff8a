"""L2: after a hundred answers no file, log or backup of a real server holds a token, a receipt, an address or a time.

The server runs in a process of its own, and the answers come from an address of their own (127.0.0.77), so that what
is found is theirs. The control plants each of them and finds it.
"""

import http.client
import os
import re
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from project_files import ROOT
from real_server import RealServer

from fotfeste_server.anonymous.invitations import invite, open_window
from fotfeste_server.anonymous.keys import Keys
from fotfeste_server.app import open_house
from fotfeste_server.config import Config
from fotfeste_shared.clock import today
from fotfeste_shared.database import close_database
from fotfeste_shared.forms import shipped
from fotfeste_shared.revisions import anonymous_receipt

PEOPLE = 100
HERE, BEHIND = "127.0.0.77", "203.0.113.9"
WRITTEN = "Kjennemerke nummer"
AGENT = "Nettleser-som-ingen-andre-har/1.0"


def environment():
    paths = os.pathsep.join(str(ROOT / part) for part in ("shared", "server"))
    return {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def robbed(tmp_path_factory):
    """A real server that a hundred people answered, with all its files, its log and a backup, before any seal."""
    folder = tmp_path_factory.mktemp("robbed") / "house"
    config = Config(data=folder, database="")
    db = open_house(config)
    keys = Keys(config.keys)
    window = open_window(
        db, keys, "nettverk-1", "2026-Q4", opens=today() - timedelta(1), closes=today() + timedelta(60)
    )
    tokens = invite(db, keys, window, shipped()["nyansatt"], wave="m3", place="5025", count=PEOPLE)
    close_database(db)
    server = RealServer(folder, environment())
    before = server.said()
    began = time.time()
    receipts = [answer(server.port, token, number) for number, token in enumerate(tokens)]
    ended = time.time()
    after = server.said()
    server.command("backup")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()] + [server._said]
    raw = {path: path.read_bytes() for path in files}
    server.kill()
    return {"tokens": tokens, "receipts": receipts, "raw": raw, "said": (before, after), "time": (began, ended)}


def answer(port, token, number):
    """Answer as a browser does, from an address of one's own."""
    receipt = anonymous_receipt()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(HERE, 0))
    body = urlencode({"a.t_faglig": "4", "a.fritt": f"{WRITTEN} {number}", "receipt": receipt})
    who = {"User-Agent": AGENT, "X-Forwarded-For": BEHIND}
    headers = {"Content-Type": "application/x-www-form-urlencoded", **who}
    connection.request("GET", f"/s/{token}", headers=who)
    connection.getresponse().read()
    connection.request("POST", f"/s/{token}", body, headers)
    reply = connection.getresponse()
    assert 'data-word="thanks"' in reply.read().decode()
    connection.close()
    return receipt


def hits(raw, secrets):
    pattern = re.compile(b"|".join(re.escape(secret.encode()) for secret in secrets))
    return sorted({(path.name, found.decode()) for path, content in raw.items() for found in pattern.findall(content)})


def test_no_file_log_or_backup_holds_a_token_a_receipt_an_address_or_a_word(robbed, attacked):
    secrets = [*robbed["tokens"], *robbed["receipts"], HERE, BEHIND, AGENT, WRITTEN]
    found = hits(robbed["raw"], secrets)
    attacked(f"L2: {len(secrets)} secrets of {PEOPLE} answers in {len(robbed['raw'])} files: {len(found)} hits")

    assert [] == found


def test_what_is_planted_is_found(robbed, tmp_path):
    planted = {**robbed["raw"], Path("log.txt"): f"{HERE} POST /s/{robbed['tokens'][3]}".encode()}

    assert {HERE, robbed["tokens"][3]} == {secret for _, secret in hits(planted, [HERE, *robbed["tokens"]])}


def test_the_log_does_not_grow_by_a_line_while_people_answer(robbed):
    before, after = robbed["said"]

    assert before == after


def test_no_time_of_an_answer_stands_in_the_anonymous_tables(robbed, tmp_path):
    """Every number and date that could be a moment while they answered, in seconds, milliseconds or as text."""
    stolen = {path: content for path, content in robbed["raw"].items() if "copies" not in str(path)}
    database = next(content for path, content in stolen.items() if path.suffix == ".db")
    began, ended = robbed["time"]
    file = tmp_path / "stolen.db"
    file.write_bytes(database)
    for path, content in stolen.items():
        if path.name.endswith("-wal"):
            (tmp_path / "stolen.db-wal").write_bytes(content)
    script = (
        "import sqlcipher3.dbapi2 as s, sys\n"
        f"db = s.connect({str(file)!r})\n"
        "for name in ('window', 'invitation', 'inbox', 'door'):\n"
        "    for row in db.execute(f'SELECT * FROM \"{name}\"'):\n"
        "        for value in row:\n"
        "            if isinstance(value, (int, float, str)): print(value)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30).stdout
    values = told.splitlines()
    numbers = [int(value) for value in values if value.isdigit()]
    moments = [n for n in numbers if began - 1 <= n <= ended + 1 or began * 1000 <= n <= ended * 1000]
    clocks = [v for v in values if re.search(r"\d\d:\d\d", v)]
    days = {v for v in values if re.fullmatch(r"\d{4}-\d\d-\d\d", v)}

    assert len(values) > 10 * PEOPLE
    assert ([], []) == (moments, clocks)
    assert {date.fromisoformat(day) for day in days} == {today() - timedelta(1), today() + timedelta(60)}
