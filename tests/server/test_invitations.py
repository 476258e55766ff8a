"""Invitations by themselves: everybody on their day, nobody twice, and no id of a person over the wall."""

import html
import re
from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from making_house import close_app, furnish, open_app
from server.test_organizers import Visitor
from werkzeug.datastructures import MultiDict

from fotfeste_server import inviting
from fotfeste_server.anonymous.invitations import hashed
from fotfeste_server.anonymous.letters import due_letters
from fotfeste_server.anonymous.models import Inbox, Invitation, Window
from fotfeste_server.inviting import Ways, link_days, print_codes, send_out
from fotfeste_server.mail import Refused
from fotfeste_server.named.mentoring import pair
from fotfeste_server.named.models import Contact, Invited, Network, Pairing
from fotfeste_server.named.waves import erase_contact, keep_contact, let_invite
from fotfeste_server.opening import Tools, seal_window, window_of
from fotfeste_server.running import call_round, handlers
from fotfeste_shared.clock import now
from fotfeste_shared.database import writing
from fotfeste_shared.forms import shipped
from fotfeste_shared.wording import LANGUAGES

NOON = "2026-10-05T12:00:00+02:00"
DAY = date(2026, 10, 5)
HIRED = DAY - timedelta(14)  # whose first wave is today


class Post:
    """Letters and messages kept in memory, which addresses may refuse and a broken line may lose."""

    def __init__(self):
        self.letters, self.refuses, self.broken = [], set(), False

    def send(self, *what):
        to, text = (what[0].to, what[0].text) if len(what) == 1 else what
        if self.broken:
            raise ConnectionResetError
        if to in self.refuses:
            raise Refused
        self.letters.append((to, text))

    def to(self):
        return Counter(to for to, _ in self.letters)

    def token(self, to):
        return next(re.search(r"/s/(\S+)", text)[1] for who, text in reversed(self.letters) if who == to)


@pytest.fixture
def house(database_url, tmp_path):
    with time_machine.travel(NOON):
        app = open_app(tmp_path / "data", database_url)
        house = furnish(app)
        yield house
        close_app(app)


@pytest.fixture
def post():
    return Post()


def tools(house):
    return Tools(house.service.config, house.db, house.service.keys)


def hire(house, address="", started=HIRED, unit="Hjemmetjenesten", language="nb"):
    made = pair(
        house.db, house.participation, unit=unit, profession="sykepleier", started=started, mentor_name="Mentor",
        mentor_email="mentor@eksempel.no",
    )  # fmt: skip
    if address:
        keep_contact(house.db, made, address, language)
    return made


def sent(house, post, day=DAY):
    with time_machine.travel(f"{day.isoformat()}T12:00:00+02:00"):
        return send_out(tools(house), Ways(post, post), house.network, day)


def new_hires(post):
    return {to: n for to, n in post.to().items() if not to.startswith(("mentor", "sørlandet", "sorlandet"))}


def test_each_new_hire_is_asked_four_times_on_the_right_days_and_never_twice(house, post):
    hire(house, "ny@eksempel.no")
    asked = []
    for ahead in range(0, 400, 3):
        day = DAY + timedelta(ahead)
        before = len(post.letters)
        sent(house, post, day)
        sent(house, post, day)
        asked += [day for to, text in post.letters[before:] if to == "ny@eksempel.no" and "Påminnelse" not in text]

    waves = [row.wave for row in Invited.select().where(Invited.form == "nyansatt").order_by(Invited.wave)]
    subject = Pairing.get(Pairing.unit == "Hjemmetjenesten").id
    mine = {row.wave for row in Invited.select().where((Invited.subject == subject) & (Invited.form == "nyansatt"))}
    assert {"start", "m3", "m6", "m12"} == mine
    assert waves
    # Four invitations and four reminders, two weeks apart.
    assert len(asked) == 8
    firsts = asked[::2]
    planned = [HIRED + timedelta(14), date(2027, 1, 1), date(2027, 4, 1), date(2027, 10, 1)]
    assert all(timedelta(0) <= first - plan <= timedelta(2) for first, plan in zip(firsts, planned, strict=True))


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        (date(2026, 10, 5), date(2026, 10, 5), date(2026, 11, 1)),
        (date(2026, 12, 4), date(2026, 12, 4), date(2026, 12, 31)),
        (date(2026, 12, 5), date(2027, 1, 1), date(2027, 1, 28)),
    ],
)
def test_a_link_has_four_whole_weeks_within_its_quarter_or_the_next(day, opens, closes):
    assert (opens, closes) == link_days(shipped()["nyansatt"], day)


def test_only_those_who_have_not_answered_are_reminded_once(house, post):
    hire(house, "svarer@eksempel.no", unit="Andre etasje")
    hire(house, "90000001", unit="Tredje etasje")
    sent(house, post)
    token = post.token("svarer@eksempel.no")
    reply = house.browser().post(f"/s/{token}", data={"a.t_faglig": "4"})
    sent(house, post, DAY + timedelta(13))
    early = new_hires(post)
    told = sent(house, post, DAY + timedelta(14))
    sent(house, post, DAY + timedelta(15))

    assert 200 == reply.status_code
    assert {"svarer@eksempel.no": 1, "+4790000001": 1} == early
    assert {"svarer@eksempel.no": 1, "+4790000001": 2} == new_hires(post)
    assert told.reminded >= 1
    assert not Invitation.select().where((Invitation.form == "nyansatt") & Invitation.link.is_null(False)).exists()


def test_a_round_that_breaks_half_way_sends_the_rest_and_nothing_twice(house, post):
    for number in range(6):
        hire(house, f"ny{number}@eksempel.no", unit=f"Enhet {number}")
    whole, left = post.send, [3]

    def break_after_three(*what):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt  # as when the process is told to end
        whole(*what)

    post.send = break_after_three
    with pytest.raises(KeyboardInterrupt):
        sent(house, post)
    post.send = whole
    sent(house, post)

    assert {f"ny{number}@eksempel.no": 1 for number in range(6)} == new_hires(post)


def test_when_the_network_is_over_nobody_is_asked(house, post):
    hire(house, "ny@eksempel.no")
    Network.update(ends=DAY - timedelta(1)).execute()
    house.network = Network.get_by_id(house.network.id)

    assert 0 == sent(house, post).invited
    assert 0 == inviting.outlook(house.network, DAY).now


def test_a_broken_line_loses_nothing_and_the_job_is_tried_again(house, post):
    hire(house, "ny@eksempel.no")
    post.broken = True
    assert sent(house, post).failed == 3  # the hire, and two mentors who begin

    post.broken = False
    assert sent(house, post).failed == 0
    assert {"ny@eksempel.no": 1} == new_hires(post)


def test_a_refused_address_is_told_and_the_wave_goes_out_when_it_is_mended(house, post):
    made = hire(house, "feil@eksempel.no")
    post.refuses = {"feil@eksempel.no"}
    told = sent(house, post)
    seen = inviting.outlook(house.network, DAY)

    assert (1, 1) == (told.refused, seen.refused)
    assert not Invitation.select().where(Invitation.form == "nyansatt").exists()  # the lost link may not answer
    with time_machine.travel(NOON):
        keep_contact(house.db, made, "riktig@eksempel.no", "en")
    sent(house, post)
    assert {"riktig@eksempel.no": 1} == new_hires(post)
    assert "voluntary" in next(text for to, text in post.letters if to == "riktig@eksempel.no")


def test_whoever_has_no_address_gets_a_code_that_can_be_typed(house, post):
    for number in range(3):
        hire(house, unit=f"Enhet {number}")
    sent(house, post)
    sheets = [sheet for sheet in print_codes(tools(house), house.network, DAY) if sheet.form == "nyansatt"]
    codes = [link.rpartition("/")[2] for sheet in sheets for link in sheet.links]
    client = house.browser()
    typed = "-".join(codes[0][n : n + 4] for n in range(0, 16, 4)).lower()
    entered = client.post("/s", data={"code": typed})

    assert new_hires(post) == {}
    assert 3 == len(set(codes))
    assert [] == print_codes(tools(house), house.network, DAY)
    assert (303, f"/s/{codes[0]}?l=nb") == (entered.status_code, entered.location)
    assert 200 == client.get(entered.location).status_code
    assert 422 == client.post("/s", data={"code": "0000-0000-0000-0000"}).status_code


def test_an_erased_address_is_gone_from_the_closed_letters_too(house, post):
    made = hire(house, "slett@eksempel.no")
    post.broken = True
    sent(house, post)
    post.broken = False
    with time_machine.travel(NOON):
        inviting.forget(tools(house), house.network, {"slett@eksempel.no"})
        erase_contact(house.db, made)
    sent(house, post, DAY + timedelta(1))

    assert new_hires(post) == {}


def test_an_address_is_erased_within_thirteen_months_by_itself(house, post):
    hire(house, "ny@eksempel.no")
    for ahead in (0, 370, 393 - 14):
        sent(house, post, DAY + timedelta(ahead))

    assert not Contact.select().exists()
    letters = due_letters(house.db, house.service.keys, house.network.id, DAY + timedelta(393 - 14))
    assert "ny@eksempel.no" not in {letter.to.to for letter in letters}


def test_no_id_and_no_address_stands_in_the_anonymous_world(house, post):
    made = hire(house, "ny@eksempel.no")
    sent(house, post)
    token = post.token("ny@eksempel.no")
    stored = " ".join(
        str(value) for row in [*Invitation.select().dicts(), *Window.select().dicts()] for value in row.values()
    )

    for secret in (made.id, made.mentor_id, house.participation.id, "ny@eksempel.no", token):
        assert secret not in stored
    assert hashed("inv", token) in stored
    assert len({len(bytes(row.link)) for row in Invitation.select()}) == 1  # a long address looks like a short one


def test_one_who_left_is_asked_why_and_not_asked_further(house, post):
    made = hire(house, "ny@eksempel.no", started=DAY - timedelta(100))
    Pairing.update(ended=DAY, reason="sluttet_stilling").where(Pairing.id == made.id).execute()
    sent(house, post)

    asked = {(row.form, row.wave) for row in Invited.select().where(Invited.subject == made.id)}
    assert {("slutter", "")} == asked
    assert "*" == Invitation.get(Invitation.form == "slutter").place


def test_nobody_is_asked_in_a_window_that_has_been_counted(house, post):
    hire(house, "ny@eksempel.no")
    sent(house, post)
    with time_machine.travel(NOON):
        window = Window.get()
        seal_window(tools(house), house.network, window_of(house.network, window.id), early=True)
    hire(house, "sen@eksempel.no", started=HIRED, unit="Natt")

    sent(house, post, DAY + timedelta(1))
    assert {"ny@eksempel.no": 1} == new_hires(post)


def test_the_daily_job_runs_once_a_day_only_where_somebody_said_yes(house):
    hire(house, "ny@eksempel.no")
    jobs = handlers(house.service)
    from fotfeste_server.jobs import Job, run_due

    def letters():
        return [path.read_text("utf-8") for path in house.service.config.mail.glob("*.eml")]

    for _ in range(3):
        call_round(house.db, DAY)
    run_due(house.db, jobs)
    assert letters() == []
    with writing(house.db):
        let_invite(house.db, house.network, on=True)
    with time_machine.travel("2026-10-06T06:30:00+02:00") as clock:
        call_round(house.db, date(2026, 10, 6))
        run_due(house.db, jobs)
        assert letters() == []
        clock.shift(timedelta(hours=2))
        run_due(house.db, jobs)
        assert 1 == sum("ny@eksempel.no" in letter for letter in letters())
        assert Job.get_by_id("invitations:2026-10-06").done <= now()


def test_an_organizer_sees_numbers_first_and_then_says_yes(house):
    for number in range(2):
        hire(house, f"ny{number}@eksempel.no", unit=f"Med {number}")
    hire(house, unit="Uten")
    base = f"/networks/{house.network.id}"
    visitor = Visitor(house.browser("organizer"))
    page = visitor.see(f"{base}/invitations")

    assert not list(house.service.config.mail.glob("*.eml"))
    assert re.search(r"I dag: \d+ får invitasjon, inntil 0 får påminnelse, 1 mangler adresse", page)
    visitor.done(f"{base}/invitations", start="ja")
    visitor.see(f"{base}/invitations")
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.page)[1]
    visitor.client.post(f"{base}/invitations/send", data={"csrf_token": token})
    paper = visitor.client.post(f"{base}/invitations/paper", data={"csrf_token": token})

    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', paper.text)
    posted = MultiDict((name, html.unescape(value)) for name, value in fields)
    files = [visitor.client.post(f"{base}/invitations/paper.pdf", data=posted) for _ in range(2)]

    assert files[0].data.startswith(b"%PDF-")
    assert files[0].data == files[1].data
    assert "no-store" == files[0].headers["Cache-Control"]
    assert "Sist sendt" in visitor.see(f"{base}/invitations")
    assert 1 == paper.text.count('class="qr"')
    assert re.search(r'class="code">([0-9A-Z]{4}-){3}[0-9A-Z]{4}<', paper.text)
    assert not Visitor(house.browser("organizer")).see(f"{base}/invitations").count("Uten")


def test_an_address_is_written_on_a_page_and_never_shown(house):
    made = hire(house)
    address = f"/networks/{house.network.id}/contacts"
    visitor = Visitor(house.browser("administrator"))

    wrong = visitor.send(address, c__pairing=made.id, c__address="ikke en adresse", c__language="nn")
    visitor.done(address, c__pairing=made.id, c__address="ny@eksempel.no", c__language="nn")

    assert 422 == wrong.status_code
    assert ("ny@eksempel.no", "nn") == (Contact.get().address, Contact.get().language)
    assert "ny@eksempel.no" not in visitor.see(address)
    visitor.done(address, erase=made.id)
    assert not Contact.select().exists()
    assert not Inbox.select().exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_every_language(house, language):
    hire(house, "ny@eksempel.no")
    hire(house, unit="Uten adresse")
    visitor = Visitor(house.browser("organizer"))

    for page in ("invitations", "contacts", "forecast", f"gatherings/{house.gathering.id}/evaluation"):
        assert f'<html lang="{language}"' in visitor.see(f"/networks/{house.network.id}/{page}?language={language}")


ASKED = ("", "?rate=100&hires-4204=200", "?rate=x&hires-4204=-9", "?rate=999&hires-4204=99999")


@pytest.mark.parametrize("asked", ASKED)
def test_the_forecast_bears_whatever_is_asked(house, asked):
    page = Visitor(house.browser("organizer")).see(f"/networks/{house.network.id}/forecast{asked}")

    assert "Kristiansand" in page
    assert ("Noe kan trolig vises fra" in page) == ("200" in asked or "999" in asked)
