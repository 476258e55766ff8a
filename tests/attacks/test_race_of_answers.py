"""L3-L5: retries, races and scanners make no answer twice and lose none, over the real app with many threads."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import time_machine

from fotfeste_server.anonymous.doors import open_door
from fotfeste_server.anonymous.invitations import hashed, invite, open_window
from fotfeste_server.anonymous.keys import Keys
from fotfeste_server.anonymous.models import Door, Inbox, Invitation
from fotfeste_server.anonymous.sealing import seal
from fotfeste_server.app import close_app, create_app
from fotfeste_server.config import Config
from fotfeste_shared.forms import shipped
from fotfeste_shared.problems import Busy
from fotfeste_shared.revisions import anonymous_receipt

NOON = "2026-10-15T12:00:00+02:00"
OPENS, CLOSES = date(2026, 10, 1), date(2026, 12, 31)
THREADS = 8
ANSWER = {"a.t_faglig": "4", "a.b_bli": "5"}
LANDED = {"thanks", "known"}


@pytest.fixture
def app(database_url, tmp_path):
    with time_machine.travel(NOON, tick=True):
        app = create_app(Config(data=tmp_path / "house", database=database_url))
        yield app
        close_app(app)


@pytest.fixture
def window(app):
    service = app.extensions["fotfeste"]
    return open_window(service.db, Keys(service.config.keys), "nettverk-1", "2026Q4", opens=OPENS, closes=CLOSES)


def links(app, window, count):
    service = app.extensions["fotfeste"]
    return invite(service.db, service.keys, window, shipped()["nyansatt"], wave="m3", place="5025", count=count)


def word(reply):
    return reply.text.split('data-word="')[1].split('"')[0]


def post_until_told(app, token, receipt):
    """Post as the page's script does: what was busy is sent again, with the same receipt."""
    while True:
        said = word(app.test_client().post(f"/s/{token}", data={**ANSWER, "receipt": receipt}))
        if said != "busy":
            return said


def test_a_thousand_parallel_retries_make_no_answer_twice_and_lose_none(app, window, long, attacked):
    """L3: every person's browser sends four times, all of them mixed; then each link is tried with another receipt."""
    people = 250 if long else 25
    tokens = links(app, window, people)
    receipts = {token: anonymous_receipt() for token in tokens}
    posts = [token for token in tokens for _ in range(4)]
    random.Random(5).shuffle(posts)
    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(lambda token: (token, post_until_told(app, token, receipts[token])), posts))
        others = list(pool.map(lambda token: post_until_told(app, token, anonymous_receipt()), tokens[:20]))
    by_token = {token: [said for one, said in told if one == token] for token in tokens}
    doubled = Inbox.select().count() - people
    lost = sum(not set(said) & LANDED for said in by_token.values())
    attacked(f"L3 {type(app.extensions['fotfeste'].db).__name__}: {len(posts)} posts, {doubled} doubled, {lost} lost")

    assert (0, 0) == (doubled, lost)
    assert all(Counter(said) == {"thanks": 1, "known": 3} for said in by_token.values())
    assert {"answered"} == set(others)


def test_no_answer_comes_in_after_the_close(app, window, long, attacked):
    """L4: eight threads send while the window is sealed; whoever was told «thanks» is in the count, nobody else."""
    service = app.extensions["fotfeste"]
    tokens = links(app, window, 400 if long else 120)
    started, sealed = threading.Event(), []

    def close():
        started.wait(10)
        while not sealed:
            try:
                sealed.append(seal(service.db, service.keys, service.config.releases, window, 1))
            except Busy:
                continue

    def send(number):
        if number == len(tokens) // 4:
            started.set()
        return post_until_told(app, tokens[number], anonymous_receipt())

    with ThreadPoolExecutor(THREADS + 1) as pool:
        closing = pool.submit(close)
        told = list(pool.map(send, range(len(tokens))))
        closing.result()
    late = Inbox.select().count()
    attacked(f"L4 {type(service.db).__name__}: {told.count('thanks')} kept, {told.count('closed')} closed, {late} late")

    assert late == 0
    assert {"thanks", "closed"} >= set(told)
    assert told.count("thanks") == sealed[0].answers


def test_a_storm_of_scanners_makes_and_loses_no_answer(app, window, attacked):
    """L5: before the person comes, scanners fetch, look at the head, prefetch and post the empty form, all at once."""
    tokens = links(app, window, 5)
    kinds = [("GET", {}), ("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"}), ("POST", {})]

    def scan(job):
        token, (method, headers) = job
        return app.test_client().open(f"/s/{token}", method=method, headers=headers).status_code

    jobs = [(token, kinds[n % 4]) for token in tokens for n in range(20)]
    random.Random(3).shuffle(jobs)
    with ThreadPoolExecutor(THREADS) as pool:
        codes = Counter(pool.map(scan, jobs))
    made = Inbox.select().count()
    told = [post_until_told(app, token, anonymous_receipt()) for token in tokens]
    attacked(f"L5: {len(jobs)} scans, {made} answers made, {told.count('thanks')} of {len(tokens)} people kept")

    assert made == 0
    assert {200: 75, 422: 25} == codes
    assert ["thanks"] * 5 == told
    assert {row.id for row in Inbox.select()} == {hashed("ans", token) for token in tokens}


def test_a_scanner_that_looks_at_a_halls_link_takes_no_place_in_it(app, window):
    service, form = app.extensions["fotfeste"], shipped()["evaluering_samling"]
    door = open_door(service.db, window, form, "samling1", opens=OPENS, closes=CLOSES, most=30, people=5)
    for method, headers in [("GET", {}), ("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"})] * 20:
        assert app.test_client().open(f"/g/{door.id}", method=method, headers=headers).status_code == 200

    assert Door.get_by_id(door.id).given == 0
    assert Invitation.select().count() == 0
