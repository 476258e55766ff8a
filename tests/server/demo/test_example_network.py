"""The example network is made by the real doors: kept, counted, unreadable where it should be, and made once."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine

from fotfeste_desktop.schedule import When, next_session
from fotfeste_server.anonymous import releases
from fotfeste_server.anonymous.envelope import Envelope
from fotfeste_server.anonymous.invitations import invite, open_invitation, open_window
from fotfeste_server.anonymous.keys import Keys
from fotfeste_server.anonymous.models import Block, Inbox, Invitation, Window
from fotfeste_server.anonymous.releases import path_of, read_seals
from fotfeste_server.anonymous.texts import readings
from fotfeste_server.app import open_house
from fotfeste_server.calling import go_round
from fotfeste_server.config import Config
from fotfeste_server.demo import Doors, build, building
from fotfeste_server.demo.words import variants
from fotfeste_server.jobs import Job
from fotfeste_server.migrations import TABLES
from fotfeste_server.named.access import scope
from fotfeste_server.named.agreeing import agreement
from fotfeste_server.named.devices import enrol
from fotfeste_server.named.history import head
from fotfeste_server.named.joining import waiting_registrations
from fotfeste_server.named.knowing import context_of
from fotfeste_server.named.models import (
    Device,
    Gathering,
    Leaf,
    Member,
    Meta,
    Network,
    Pairing,
    Participation,
    Person,
    Record,
    Revision,
    Role,
    Team,
)
from fotfeste_server.named.people import person_by_email
from fotfeste_server.named.public_pages import heads, sign_ups
from fotfeste_server.named.publishing import published
from fotfeste_server.named.pushing import push_items
from fotfeste_server.named.reporting import reports
from fotfeste_server.named.waves import waves
from fotfeste_shared.clock import civil, today
from fotfeste_shared.database import Database, Writer, close_database, writing
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.judging import judge
from fotfeste_shared.revisions import About, anonymous_receipt, chain, new_id, read_revision
from fotfeste_shared.sync import Push, PushItem

MIDDAY = datetime.fromisoformat("2027-02-11T12:00:00+01:00")
NEW_YEAR = datetime.fromisoformat("2027-01-01T00:30:00+01:00")


class Example(NamedTuple):
    db: Database
    config: Config
    doors: Doors


def made_in(folder: Path, database: str = "") -> Example:
    config = Config(data=folder, database=database, demo=True)
    db = open_house(config)
    doors = build(db, config)
    assert doors is not None
    return Example(db, config, doors)


@pytest.fixture(scope="module")
def _example(tmp_path_factory):
    with time_machine.travel(MIDDAY, tick=False):
        example = made_in(tmp_path_factory.mktemp("demo"))
    yield example
    close_database(example.db)


@pytest.fixture
def example(_example):
    """The example of a February day, which is still that day."""
    with time_machine.travel(MIDDAY, tick=False):
        # The tables are this database's again, whichever test ran before.
        _example.db.bind(TABLES, bind_refs=False, bind_backrefs=False)
        yield _example


def filled(form: str):
    rows = Revision.select().where(Revision.form == form).order_by(Revision.seq)
    return [(row, read_revision(row.text)) for row in rows]


def figures() -> tuple:
    """Everything that is shown as a number, without ids."""
    blocks = Counter(
        (b.form, b.question, b.wave, b.place, b.n, b.kind, json.dumps(b.counts, sort_keys=True)) for b in Block.select()
    )
    steps = Counter(content.answers["framdrift"] for _, content in filled("statusrapport"))
    noted = [content.answers for _, content in filled("mentorlogg")]
    talks = Counter((answers["dato"], answers["status"], answers.get("minutter")) for answers in noted)
    return blocks, steps, talks


def check_counts(doors: Doors) -> None:
    network = Network.get_by_id(doors.network)
    assert network.demo
    assert Participation.select().where(Participation.network == network.id).count() == 12
    assert Team.select().where(Team.advisor.is_null(False)).count() == 24
    assert Gathering.select().where(Gathering.network == network.id).count() == 9
    assert {Member.select().where(Member.team == team.id).count() for team in Team.select()} <= {3, 4, 5, 6, 7}
    followed = Team.select().where(Team.advisor.is_null(False))
    assert Member.select().where(Member.contact & Member.team.in_(followed)).count() == 24
    assert 120 <= Pairing.select().count() <= 160
    assert 55 <= Pairing.select(Pairing.mentor).distinct().count() <= 75
    assert Role.select().where((Role.role == "organizer") & (Role.network == network.id)).count() == 2
    assert len(filled("startmaling")) == 36
    assert len(filled("statusrapport")) > 24 * 5
    assert len(filled("veiledernotat")) > 80
    assert len(filled("mentorlogg")) > 1_500
    assert [w.sealed for w in Window.select().order_by(Window.opens)] == [1, 2, None]
    assert Inbox.select().count() > 5


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_it_stands_on_postgresql_with_the_figures_it_has_on_sqlite(example, database_url, tmp_path):
    on_sqlite = figures()
    other = made_in(tmp_path, database_url)
    try:
        check_counts(other.doors)
        assert figures() == on_sqlite
    finally:
        close_database(other.db)


def test_it_has_the_size_that_was_promised(example):
    check_counts(example.doors)


def test_a_second_network_is_about_to_begin_with_something_for_its_organizer_on_every_page(example):
    begun = Network.get((Network.id != example.doors.network) & Network.demo)
    places = Participation.select().where(Participation.network == begun.id)
    accepted = [agreement(place) for place in places]
    mine = scope(Person.get(Person.email == example.doors.organizer_email))

    assert today() < begun.starts
    assert [begun.id] == [each.id for each in mine.networks() if each.id != example.doors.network]
    assert 2 == waiting_registrations(begun)
    assert [(False, True)] == [(each.holds, each.municipality is not None) for each in accepted if each.municipality]
    assert 10 < heads(sign_ups(begun))
    assert 3 == Gathering.select().where(Gathering.network == begun.id).count()


def test_a_second_start_keeps_it_and_opens_the_doors_anew(example):
    kept = head(), Block.select().count(), Invitation.select().count(), Inbox.select().count()

    again = build(example.db, example.config)

    assert (head(), Block.select().count(), Invitation.select().count(), Inbox.select().count()) == kept
    assert again.enrolment_code != example.doors.enrolment_code
    assert (again.network, again.organizer_email) == (example.doors.network, example.doors.organizer_email)


def test_the_survey_link_leads_to_an_open_form_that_nobody_has_used(example):
    link = build(example.db, example.config).survey_link
    token = link.rpartition("/")[2]

    assert open_invitation(token, today()).state == "open"
    assert open_invitation(token, today()).form == "nyansatt"
    writer = Writer(example.db)
    try:
        given = Filled("nyansatt", 1, {"t_ansvar": 4}, anonymous_receipt())
        assert Envelope(writer, token, today()).receive(given).outcome == "kept"
    finally:
        writer.close()
    assert build(example.db, example.config).survey_link not in (None, link)


def test_nobody_in_it_is_asked_again_by_the_daily_round(example):
    network = Network.get_by_id(example.doors.network)

    assert [turn for turn in waves(network) if turn.day <= today()] == []


def test_no_letters_hide_the_code_of_whoever_signs_in(example):
    go_round(example.db, example.config.base_url, today())

    assert 0 < Job.select().where(Job.kind == "letter").count()
    assert [] == list(Job.select().where((Job.kind == "letter") & Job.done.is_null()))


def test_its_texts_wait_for_a_reader_and_its_table_has_noise(example):
    seals = read_seals(path_of(example.config.releases, example.doors.network))

    assert {each.question for each in readings(example.doors.network)} >= {"fritt"}
    assert [len(seal.tables) for seal in seals] == [1, 1]
    assert all(seal.turnout for seal in seals)


def test_the_mentor_at_the_door_can_be_enrolled_and_has_a_talk_due(example):
    code = build(example.db, example.config).enrolment_code
    device = enrol(example.db, b"key", code, new_id(), "Test").device
    due = []
    for pairing in Pairing.select().where((Pairing.mentor == device.person_id) & Pairing.ended.is_null()):
        talks = [c.answers for row, c in filled("mentorlogg") if row.about_id == pairing.id]
        held = [date.fromisoformat(each["dato"]) for each in talks if each["status"] == "ja"]
        due.append(next_session(pairing.started, held, None, today()).when)

    assert device.person.name == example.doors.mentor_name
    assert {When.NOW, When.PASSED, When.OVERDUE} & set(due)


def test_everything_in_the_ledger_would_be_taken_again(example):
    """Each line is what its author could have handed in on that day, and delivering it once more changes nothing."""
    before = head()
    by_author = defaultdict(list)
    for form in ("statusrapport", "veiledernotat", "startmaling"):
        by_author |= {row.author_id: [row] for row, _ in filled(form)}
    for row, _ in filled("mentorlogg")[::97]:
        by_author[row.author_id].append(row)
    for author, rows in by_author.items():
        for row in rows:
            content = read_revision(row.text)
            about, form = About(row.about_kind, row.about_id), published(row.form)
            mine = scope(Person.get_by_id(author))
            on = civil(datetime.fromisoformat(row.saved_at)).date()
            assert mine.may_hand_in(form, about)
            assert judge(form, content.answers, context_of(mine, form, about, on)).good
        device = Device(id=new_id(), person=author, state="active", push_no=0)
        items = [PushItem(rev=row.rev, digest=row.digest, text=row.text) for row in rows]
        push = Push(
            batch=new_id(), device=device.id, install=new_id(), push_no=1, app="test",
            sent_at=rows[0].saved_at, items=items,
        )  # fmt: skip
        with writing(example.db):
            told = push_items(example.db, device, push)
        assert [(item.outcome, item.held) for item in told.items] == [("duplicate", None)] * len(rows)
    assert head() == before


def test_the_log_is_whole(example):
    link, moment = Meta.get_by_id("link0").value, datetime.min.replace(tzinfo=MIDDAY.tzinfo)
    for number, row in enumerate(Revision.select().order_by(Revision.seq), 1):
        link = chain(link, row.rev, row.digest)
        assert (row.seq, row.link, row.held) == (number, link, None)
        assert moment <= row.received_at <= MIDDAY
        moment = row.received_at
    assert Leaf.select().count() == number == Revision.select(Revision.record).distinct().count()


def test_sub_goals_follow_their_team_and_attainment_does_not_fall(example):
    chains = defaultdict(list)
    for row, content in filled("statusrapport"):
        chains[row.about_id].append((Record.get_by_id(row.record_id).gathering.number, content.answers))
    followed = 0
    for told in chains.values():
        told.sort(key=lambda pair: pair[0])
        for (_, earlier), (_, later) in pairwise(told):
            now = {row["id"]: row for row in later["delmal"]}
            for row in earlier["delmal"]:
                if row["status"] == "nadd":
                    assert row["id"] not in now
                elif row["id"] in now:
                    followed += 1
                    had, has = row.get("oppnaelse"), now[row["id"]].get("oppnaelse")
                    assert now[row["id"]]["tekst"] == row["tekst"]
                    assert not (isinstance(had, int) and isinstance(has, int)) or has >= had
            assert later["framdrift"] >= earlier["framdrift"]
    assert len(chains) == 24
    assert followed > 100


def test_the_table_of_reports_shows_all_that_can_happen(example):
    organizer = Person.get(Person.email == example.doors.organizer_email)
    states = Counter()
    for gathering in Gathering.select().where(Gathering.number <= 6):
        states.update(f"{gathering.number > 5} {told.state}" for told in reports(scope(organizer), gathering))

    assert states["False handed_in"] > 90
    assert states["False late"] > 3
    assert states["False missing"] == 1
    assert states["True handed_in"] > 3
    assert states["True waiting"] > 3
    assert "True late" not in states


def test_most_talks_were_held(example):
    states = Counter(content.answers["status"] for _, content in filled("mentorlogg"))

    assert 0.82 < states["ja"] / states.total() < 0.88
    assert states["utsatt"] > states["avlyst"] > 0


def test_new_hires_grow_surer_and_small_places_stay_hidden(example):
    total, people = Counter(), Counter()
    for block in releases.read_release(releases.path_of(example.config.releases, example.doors.network)):
        if block.form == "nyansatt" and block.question.startswith("t_"):
            total[block.wave] += 5 * block.n - sum(block.counts["cumulative"])
            people[block.wave] += block.n
            assert block.n >= 5
            assert block.place not in ("3334", "3338", "5025")  # two hires a year are never five
    means = {wave: total[wave] / people[wave] for wave in people}

    assert means["start"] < means["m3"] < means["m12"]
    assert people["start"] / 8 >= 20


def test_no_answer_can_be_read_in_the_files(example):
    written = {text["nb"] for kind in ("nyansatt.god", "nyansatt.treg", "mentor", "slutter") for text in variants(kind)}
    files = [path for path in example.config.data.rglob("*") if path.is_file()]
    raw = b"".join(path.read_bytes() for path in files)

    assert len(raw) > 1_000_000
    assert not [text for text in written if text.encode() in raw]
    assert b'"t_ansvar":' not in raw
    sealed = [window.id for window in Window.select().where(Window.sealed.is_null(False))]
    assert [Keys(example.config.keys).has_window(window) for window in sealed] == [False, False]
    assert not Inbox.select().where(Inbox.window.in_(sealed)).exists()


def test_everybody_lives_at_an_address_that_leads_nowhere(example):
    addresses = [person.email for person in Person.select()]

    assert len(addresses) == len(set(addresses)) > 150
    assert all(address.endswith(".example.org") for address in addresses)


def test_an_interrupted_start_is_finished_even_on_new_years_day(tmp_path):
    with time_machine.travel(NEW_YEAR, tick=False):
        config = Config(data=tmp_path, demo=True)
        db = open_house(config)
        try:
            known = building._tell(db)
            half = open_window(
                db, Keys(config.keys), known["network"], "2026-Q3", opens=date(2026, 7, 1), closes=date(2026, 9, 30)
            )
            invite(db, Keys(config.keys), half, shipped()["nyansatt"], wave="m3", place="3205", count=3)
            lines = head()

            doors = build(db, config)

            assert head() == lines
            assert Window.select().count() == 3
            assert not Window.select().where(Window.id == half).exists()
            assert doors.network == known["network"]
            assert doors.survey_link is not None
            check_counts(doors)
        finally:
            close_database(db)


def test_a_real_database_is_left_alone(tmp_path):
    config = Config(data=tmp_path, demo=True)
    db = open_house(config)
    try:
        person_by_email(db, "ola@kommune.example.org", "Ola Nordmann")
        assert build(db, config) is None
        assert not Network.select().exists()
    finally:
        close_database(db)
