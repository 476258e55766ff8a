"""Mentors, leavers and all who took part are asked through the same flow as new hires, nobody twice, no bounce lost."""

import re
from datetime import timedelta

import pytest
import time_machine
from server.test_invitations import DAY, HIRED, hire, house, post, sent, tools  # noqa: F401 (two are fixtures)
from server.test_organizers import Visitor

from fotfeste_server import inviting
from fotfeste_server.anonymous.models import Inbox, Invitation
from fotfeste_server.named.mentoring import end
from fotfeste_server.named.models import Contact, Gathering, Invited, Network, Participation, Person
from fotfeste_server.opening import end_surveys, seal_window, windows
from fotfeste_shared.clock import today

# Rounds run on both databases in test_invitations.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LATER = timedelta(days=3)


def forms(post, to):  # noqa: F811 (the fixture's name, for what it gives)
    return [text.partition(":")[0] for who, text in post.letters if who == to]


def asked(form):
    return Invitation.select().where(Invitation.form == form).count()


def over(house, ends=DAY - timedelta(1)):  # noqa: F811
    """A network whose last gathering was yesterday, and which ends in four weeks."""
    Gathering.update(starts=ends, ends=ends).where(Gathering.network == house.network.id).execute()
    Network.update(ends=DAY + timedelta(28)).where(Network.id == house.network.id).execute()
    house.network = Network.get_by_id(house.network.id)


def answer(house, post, to, **answers):  # noqa: F811
    reply = house.browser().post(f"/s/{post.token(to)}", data={f"a.{code}": value for code, value in answers.items()})
    assert reply.status_code == 200, reply.text
    return re.search(r'data-word="(\w+)"', reply.text)[1]


def test_a_mentor_answers_by_the_link_of_a_letter(house, post):  # noqa: F811
    hire(house, started=DAY)
    sent(house, post)
    with time_machine.travel(f"{DAY}T13:00:00+02:00"):
        word = answer(house, post, "mentor@eksempel.no", k_lytte="4")

    assert asked("mentor") >= 1
    assert word == "thanks"


def test_one_who_left_answers_by_the_link_of_a_letter_and_no_place_is_kept(house, post):  # noqa: F811
    made = hire(house, "ny@eksempel.no", started=DAY - timedelta(200))
    end(house.db, made, DAY, "sluttet_stilling")
    sent(house, post)
    with time_machine.travel(f"{DAY}T13:00:00+02:00"):
        word = answer(house, post, "ny@eksempel.no", til="sykehus")

    assert word == "thanks"
    assert {(row.form, row.place) for row in Inbox.select()} == {("slutter", "*")}


def test_all_who_took_part_are_asked_once_when_the_network_is_nearly_over(house, post):  # noqa: F811
    over(house)
    for ahead in (0, 1, 5):
        sent(house, post, DAY + timedelta(ahead))
    people = {house.people[who].email for who in ("contact", "head", "mentor")}
    invited = Invitation.select().where(Invitation.form == "sluttevaluering")

    assert {row.place for row in invited} == {"*"}
    assert invited.count() == len(people)
    assert people <= set(post.to())


def test_the_final_evaluation_waits_for_the_last_gathering_and_the_last_weeks(house, post):  # noqa: F811
    over(house, DAY + timedelta(2))
    sent(house, post)
    early = asked("sluttevaluering")
    Gathering.update(ends=DAY - timedelta(1)).execute()
    Network.update(ends=DAY + timedelta(300)).where(Network.id == house.network.id).execute()
    house.network = Network.get_by_id(house.network.id)
    sent(house, post, DAY + timedelta(1))

    assert (early, asked("sluttevaluering")) == (0, 0)


def test_those_of_a_municipality_that_left_are_not_asked_what_the_network_gave(house, post):  # noqa: F811
    over(house)
    Participation.update(left_on=DAY - timedelta(50)).where(Participation.id == house.participation.id).execute()
    sent(house, post)

    assert house.people["contact"].email not in post.to()


def test_the_final_evaluation_may_come_after_the_networks_last_day_but_not_after_the_last_seal(house, post):  # noqa: F811
    over(house)
    Network.update(ends=DAY - timedelta(1)).where(Network.id == house.network.id).execute()
    house.network = Network.get_by_id(house.network.id)
    hire(house, "ny@eksempel.no", started=HIRED)
    with time_machine.travel(f"{DAY}T12:00:00+02:00"):
        for window in windows(house.network):
            seal_window(tools(house), house.network, window, early=True)
        before = inviting.outlook(house.network, DAY).now
        end_surveys(tools(house), house.network)
        after = inviting.outlook(house.network, DAY)
    sent(house, post)

    assert before >= 3
    assert (after.now, after.lines, post.letters) == (0, (), [])


def test_a_new_hire_who_changes_mentor_is_not_asked_the_same_twice(house, post):  # noqa: F811
    first = hire(house, "ny@eksempel.no")
    sent(house, post)
    end(house.db, first, DAY + timedelta(1), "byttet_mentor")
    hire(house, "ny@eksempel.no")
    sent(house, post, DAY + LATER)
    start = forms(post, "ny@eksempel.no")

    assert len(start) == 1
    with time_machine.travel(f"{DAY + LATER}T12:00:00+02:00"):
        coming = {turn.wave for turn in inviting.waves(house.network) if turn.form == "nyansatt"}
    assert coming >= {"m3", "m6", "m12"}


def test_another_hire_of_the_same_day_is_asked_all_the_same(house, post):  # noqa: F811
    first = hire(house, "ny@eksempel.no")
    hire(house, "annen@eksempel.no")
    sent(house, post)
    end(house.db, first, DAY + timedelta(1), "byttet_mentor")

    assert len(forms(post, "annen@eksempel.no")) == 1


def test_a_mentor_whose_address_takes_nothing_is_listed_by_name(house, post):  # noqa: F811
    hire(house, started=DAY)
    post.refuses.add("mentor@eksempel.no")
    told = sent(house, post)
    with time_machine.travel(f"{DAY}T12:00:00+02:00"):
        page = Visitor(house.browser("organizer")).see(f"/networks/{house.network.id}/invitations")
        Person.update(email="ny.mentor@eksempel.no").where(Person.email == "mentor@eksempel.no").execute()
    sent(house, post, DAY + timedelta(1))

    assert told.refused == 1
    assert re.search(r"Mentorundersøkelse: [^<]*Mentor \(adressen virker ikke\)", page)
    assert forms(post, "ny.mentor@eksempel.no")


def test_a_bounce_that_comes_later_opens_the_turn_again(house, post):  # noqa: F811
    made = hire(house, "feil@eksempel.no")
    sent(house, post)
    token = post.token("feil@eksempel.no")
    with time_machine.travel(f"{DAY + timedelta(1)}T12:00:00+02:00"):
        visitor = Visitor(house.browser("organizer"))
        base = f"/networks/{house.network.id}/invitations"
        visitor.see(base)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', visitor.page)[1]
        reply = visitor.client.post(f"{base}/returned", data={"csrf_token": csrf, "address": " Feil@eksempel.no "})
        page = visitor.see(base)
        gone = house.browser().get(f"/s/{token}").status_code

    assert reply.status_code == 303
    assert gone == 404
    assert "Lenker som er slettet: 1." in page
    assert Contact.get(Contact.pairing == made.id).refused
    assert not Invited.select().where(Invited.subject == made.id).exists()


def test_a_bounce_does_not_take_away_what_was_answered(house, post):  # noqa: F811
    hire(house, "svarer@eksempel.no")
    sent(house, post)
    with time_machine.travel(f"{DAY}T13:00:00+02:00"):
        answer(house, post, "svarer@eksempel.no", t_faglig="4")
        n = inviting.came_back(tools(house), house.network, "svarer@eksempel.no")

    assert n == 0
    assert Inbox.select().count() == 1


def test_what_is_no_address_is_told(house, post):  # noqa: F811
    with time_machine.travel(f"{DAY}T13:00:00+02:00"):
        visitor = Visitor(house.browser("organizer"))
        base = f"/networks/{house.network.id}/invitations"
        visitor.see(base)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', visitor.page)[1]
        visitor.client.post(f"{base}/returned", data={"csrf_token": csrf, "address": "hei"})

        assert "Skriv en e-postadresse eller et mobilnummer." in visitor.see(base)
        assert today() == DAY
