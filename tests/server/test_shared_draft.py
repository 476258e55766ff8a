"""A team writes its report together on plain pages: nobody writes over anybody, and nothing that was typed is lost."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from making_house import REPORT, House, close_app, furnish, open_app

from fotfeste_server.named.gatherings import plan_gathering
from fotfeste_server.named.ledger import current
from fotfeste_server.named.models import Member, Record, Revision
from fotfeste_server.named.report_models import DraftVersion
from fotfeste_server.named.teams import seat
from fotfeste_shared.clock import today
from fotfeste_shared.kinds import Answers
from fotfeste_shared.wording import LANGUAGES


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = open_app(tmp_path_factory.mktemp("drafts"), "")
    yield app
    close_app(app)


@pytest.fixture
def house(app: Flask, request: pytest.FixtureRequest) -> House:
    """A network of its own for each test, with a member who only writes."""
    number = len(HOUSES)
    HOUSES.append(request.node.name)
    house = furnish(app, f"Sted{number}")
    house.people["member"] = seat(house.db, house.team, "Medlem", f"medlem{number}@eksempel.no", "mentor").person
    return house


HOUSES: list[str] = []


class Writer:
    """Somebody with a report open in a browser without scripts."""

    def __init__(self, house: House, who: str, record: Record | None = None) -> None:
        self.client = house.browser(who)
        self.address = f"/records/{(record or house.report()).id}"
        self.page = ""
        self.open()

    def open(self, query: str = "") -> str:
        reply = self.client.get(self.address + query, follow_redirects=True)
        assert 200 == reply.status_code
        self.page, self.at = reply.text, reply.request.full_path
        return self.page

    def hidden(self, name: str) -> str:
        return re.search(rf'name="{name}" value="([^"]*)"', self.page)[1]

    def fields(self, answers: Answers) -> dict[str, object]:
        sent: dict[str, object] = {name: self.hidden(name) for name in ("csrf_token", "id", "draft")}
        for code, answer in answers.items():
            if isinstance(answer, list) and answer and isinstance(answer[0], dict):
                for n, row in enumerate(answer):
                    sent |= {f"a.{code}.{n}.{inner}": value for inner, value in row.items()}
            else:
                sent[f"a.{code}"] = answer
        return sent

    def autosave(self, answers: Answers):
        reply = self.client.post(f"{self.address}/draft", data=self.fields(answers))
        assert 200 == reply.status_code, reply.text
        self.page = re.sub(r'name="draft" value="[^"]*"', f'name="draft" value="{reply.json["draft"]}"', self.page)
        return reply.json

    def send(self, answers: Answers, **more: str):
        reply = self.client.post(self.at, data=self.fields(answers) | more)
        if reply.status_code in {200, 422}:
            self.page = reply.text
        return reply

    def text(self, code: str) -> str:
        found = re.search(rf'name="a\.{code}"[^>]*>([^<]*)</textarea>', self.page)
        return html.unescape(found[1]).removeprefix("\n")


def test_what_one_in_the_team_writes_the_others_find_on_their_page(house: House):
    Writer(house, "member").autosave({**REPORT, "kort": "Medlemmet har skrevet dette om kurset."})

    contact = Writer(house, "contact")

    assert "Medlemmet har skrevet dette om kurset." == contact.text("kort")
    assert "av Medlem." in contact.page
    assert not Revision.select().where(Revision.record == house.report().id).exists()


def test_a_member_keeps_the_draft_but_only_the_contact_hands_it_in(house: House):
    member = Writer(house, "member")
    member.send(REPORT)
    contact = Writer(house, "contact")

    reply = contact.send(REPORT)

    assert "Lever</button>" not in member.page
    assert 303 == reply.status_code
    assert REPORT == current(house.report().id).answers
    assert house.people["contact"].id == current(house.report().id).author


def test_two_who_write_in_different_places_both_stand_when_the_report_is_handed_in(house: House):
    one, other = Writer(house, "contact"), Writer(house, "member")
    mine = {**REPORT, "kort": "Fire mentorer er lært opp siden sist."}
    del mine["neste"]
    one.autosave(mine)
    told = other.autosave({"neste": "Vi skal lære opp to til i april."})
    refused = one.send(mine)
    one.open()
    handed_in = one.send({**REPORT, "kort": one.text("kort"), "neste": one.text("neste")})

    assert ("merged", "Kontakt" in told["words"]) == (told["state"], True)
    assert (303, one.address) == (refused.status_code, refused.location)
    assert 303 == handed_in.status_code
    content = current(house.report().id)
    assert ("Fire mentorer er lært opp siden sist.", "Vi skal lære opp to til i april.") == (
        content.answers["kort"], content.answers["neste"],
    )  # fmt: skip


def test_two_who_write_in_the_same_place_see_both_texts_and_choose(house: House):
    one, other = Writer(house, "contact"), Writer(house, "member")
    one.autosave({**REPORT, "kort": "Fire mentorer er lært opp siden sist."})
    told = other.autosave({**REPORT, "kort": "Kurset for mentorer er holdt i mars."})

    met = one.client.get(one.address, follow_redirects=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', met.text)[1]
    seen = re.search(r'name="seen" value="([^"]+)"', met.text)[1]
    meeting = f"{one.address}/meeting"
    unchosen = one.client.post(meeting, data={"csrf_token": token, "seen": seen})
    one.client.post(meeting, data={"csrf_token": token, "seen": seen, "choice-0": "both"})
    one.open()

    assert "clashing" == told["state"]
    assert meeting == met.request.path
    for text in ("Fire mentorer er lært opp siden sist.", "Kurset for mentorer er holdt i mars."):
        assert text in met.text
    assert 422 == unchosen.status_code
    both = "Fire mentorer er lært opp siden sist.\n\nKurset for mentorer er holdt i mars."
    assert both == one.text("kort").replace("\r\n", "\n")


def test_a_text_that_somebody_deleted_is_brought_back_from_the_history(house: House):
    one, other = Writer(house, "contact"), Writer(house, "member")
    one.autosave({**REPORT, "kort": "Den lange teksten som noen kommer til å slette."})
    other.open()
    other.autosave({**REPORT, "kort": "Kort og godt, men for kort."})

    history = one.client.get(f"{one.address}/history").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', history)[1]
    version = re.search(r'name="version" value="([^"]+)"', history)[1]
    one.client.post(f"{one.address}/history", data={"csrf_token": token, "version": version})
    one.open()

    assert "Den lange teksten som noen kommer til å slette." in history
    assert "Den lange teksten som noen kommer til å slette." == one.text("kort")


def test_twenty_thousand_letters_pasted_are_answered_clearly_and_nothing_is_lost(house: House):
    pasted = ("Fra Word: «tanker» – og   mer. " * 700)[:20_000].strip()
    writer = Writer(house, "contact")

    saved, reply = writer.autosave({**REPORT, "kort": pasted}), writer.send({**REPORT, "kort": pasted})

    assert "kept" == saved["state"]
    assert 422 == reply.status_code
    assert f"Skriv høyst 1200 tegn. Du har skrevet {len(pasted)}." in reply.text
    assert pasted == writer.text("kort")
    assert pasted == Writer(house, "member").text("kort")


def test_a_page_sent_twice_is_one_report_with_one_receipt(house: House):
    writer = Writer(house, "contact")

    one, other = writer.send(REPORT), writer.send(REPORT)

    assert (303, 303) == (one.status_code, other.status_code)
    assert 1 == Revision.select().where(Revision.record == house.report().id).count()
    assert 2 == DraftVersion.select().where(DraftVersion.record == house.report().id).count()


def test_a_member_who_is_taken_out_while_writing_loses_nothing_of_it(house: House):
    member = Writer(house, "member")
    member.autosave({**REPORT, "kort": "Skrevet før jeg gikk ut av teamet."})
    Member.update(left=today()).where(Member.person == house.people["member"].id).execute()

    refused = member.client.post(f"{member.address}/draft", data=member.fields(REPORT))

    assert 404 == refused.status_code
    assert "Skrevet før jeg gikk ut av teamet." == Writer(house, "contact").text("kort")


def test_a_row_is_added_without_a_script_and_the_draft_goes_on(house: House):
    writer = Writer(house, "contact")
    writer.send({**REPORT, "kort": "Vi har lært opp fire mentorer, og legger til et mål."}, add="delmal")
    reply = writer.send({**REPORT, "kort": "Vi har lært opp fire mentorer, og la til et mål."})

    assert 303 == reply.status_code
    assert "Vi har lært opp fire mentorer, og la til et mål." == current(house.report().id).answers["kort"]


def test_a_report_begins_with_the_last_answers_when_little_is_new_and_asks_for_the_numbers(house: House):
    Writer(house, "contact").send(REPORT)
    later = plan_gathering(house.db, house.network, starts=today() + timedelta(200), theme="Midtveis")
    record = Record.get((Record.gathering == later.id) & (Record.team == house.team.id))
    writer = Writer(house, "contact", record)
    offered = writer.page

    page = writer.open("?begin=last")

    left = re.findall(r'<li><a href="#([^"]+)">', page.partition('id="left-title"')[2].partition("</ul>")[0])
    assert 'href="?begin=last"' in offered
    assert ["a.tall.0.nye_ansatte", "a.tall.0.med_mentor"] == left
    assert "Ikke noe vesentlig nytt siden forrige rapport." == writer.text("kort")
    assert f'value="{REPORT["delmal"][0]["id"]}"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_history_and_meeting_speak_every_language(house: House, language: str):
    one, other = Writer(house, "contact"), Writer(house, "member")
    one.autosave({**REPORT, "kort": "Fire mentorer er lært opp siden sist."})
    other.autosave({**REPORT, "kort": "Kurset for mentorer er holdt i mars."})

    for page in ("history", "meeting"):
        text = one.client.get(f"{one.address}/{page}?language={language}").text
        assert f'<html lang="{language}"' in text


def test_nobody_outside_of_the_team_writes_on_its_draft(house: House):
    for who in ("advisor", "organizer", "mentor", "administrator"):
        client = house.browser(who)
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)[1]
        for page in ("draft", "history", "meeting"):
            reply = client.post(f"/records/{house.report().id}/{page}", data={"csrf_token": token, "a.kort": "Hei"})
            assert reply.status_code in (403, 404)
    assert not DraftVersion.select().where(DraftVersion.record == house.report().id).exists()
