"""Years that no calendar meant and addresses that no mail finds are refused in words, and break nobody's page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app, report, session_log
from msgspec.structs import replace

from fotfeste_server.mail import FileMail, Letter, Refused
from fotfeste_server.named.models import Pairing, Person
from fotfeste_shared.clock import now, today
from fotfeste_shared.revisions import About, Written, new_id, read_revision, timestamp, write_revision
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.sync import Pull, PullReply, PushReply, read, write

WHO = ("organizer", "advisor", "contact", "head", "mentor", "administrator")
NO_MOMENTS = ("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "1969-12-31T23:59:59Z", "2027-03-01T08:00:00",
              "2027-03-01", "i går", "", "9" * 50)  # fmt: skip
NO_DAYS = ("0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31")
NO_ADDRESSES = ("a@b", "a@@b.no", "a@b@c.no", "a@b.no.", "a@b..no", ".a@b.no", "a.@b.no", "a..b@c.no", "<a>@b.no",
                "a,b@c.no", "a@-b.no", "a@[127.0.0.1]", "kåre@kommune.no", "a@b.1")  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = open_app(tmp_path_factory.mktemp("odd"), "")
    app.config["WTF_CSRF_ENABLED"] = False
    yield furnish(app)
    close_app(app)


def pushed(house: House, who: str, *written: Written) -> list[tuple[str, str | None]]:
    """What becomes of revisions that a device delivers."""
    headers = {"Authorization": f"Bearer {house.device(who).token}"}
    reply = house.app.test_client().post("/sync/v1/push", data=write(house.push(who, *written)), headers=headers)
    return [(each.outcome, each.held or each.reason) for each in read(PushReply, reply.data).items]


def faulty_pages(house: House) -> list[tuple[str, str, int]]:
    """The pages, and the pulls, that do not work for somebody."""
    found = []
    pages = ("/", f"/networks/{house.network.id}", f"/teams/{house.team.id}", f"/pairings/{house.pairing.id}",
             f"/networks/{house.network.id}/board", "/me")  # fmt: skip
    for who in WHO:
        client, device = house.browser(who), house.device(who)
        told = [(page, client.get(page, follow_redirects=True).status_code) for page in pages]
        wish = write(Pull(batch=new_id(), device=device.device.id, install=device.device.install))
        reply = client.post("/sync/v1/pull", data=wish, headers={"Authorization": f"Bearer {device.token}"})
        rows = read(PullReply, reply.data).rows
        assert [read_revision(row.text).rev for row in rows if row.text] == [row.rev for row in rows if row.text]
        found += [(who, page, status) for page, status in told if status >= 500]
    return found


def test_a_moment_that_no_clock_has_is_refused_and_nobody_else_notices(house: House):
    texts = [replace(read_revision(report(house).text), saved_at=each) for each in NO_MOMENTS]

    assert [("refused", "unreadable")] * len(NO_MOMENTS) == pushed(house, "contact", *map(write_revision, texts))
    assert [] == faulty_pages(house)


@pytest.mark.parametrize("told", ["1970-01-01T00:00:00.000Z", "2199-12-31T23:59:59.999Z"])
def test_a_clock_that_goes_wrong_loses_nobody_their_words(house: House, told: str):
    for who, written in (("mentor", session_log(house)), ("contact", report(house))):
        revision = replace(read_revision(written.text), saved_at=told)
        assert ["stored"] == [outcome for outcome, _ in pushed(house, who, write_revision(revision))]
    assert [] == faulty_pages(house)


@pytest.mark.parametrize("day", NO_DAYS)
def test_a_day_that_no_calendar_means_is_kept_for_a_person_to_look_at_and_makes_nothing(house: House, day: str):
    before = Pairing.select().count()
    answers = {
        "team": house.team.id, "mentor": house.people["mentor"].id, "enhet": "Sykehjemmet", "yrke": "vernepleier",
        "startdato": day, "mentor_avklart": today().isoformat(), "informert": "ja",
    }  # fmt: skip
    hire = Content(
        rev=new_id(), record=new_id(), form="kobling", form_version=2, about=About("pairing", new_id()),
        author=house.people["head"].id, saved_at=timestamp(now()), answers=answers,
    )  # fmt: skip
    talk = read_revision(session_log(house).text)
    talk = replace(talk, answers=talk.answers | {"dato": day})
    told = report(house, delmal=[{"id": new_id(), "tekst": "Mål", "frist": day, "status": "i_gang", "oppnaelse": 0}])

    assert [("stored", "invalid")] == pushed(house, "mentor", write_revision(talk))
    assert [("stored", "invalid")] == pushed(house, "contact", told)
    assert set(pushed(house, "head", write_revision(hire))) <= {
        ("stored", "invalid"), ("stored", "outside_scope"), ("refused", "not_yours"),
    }  # fmt: skip
    assert before == Pairing.select().count()
    assert [] == faulty_pages(house)


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_an_address_that_no_mail_finds_is_refused_beside_its_field(house: House, address: str):
    data = {"m-name": "Ny", "m-email": address, "m-seat": "hr"}
    before = Person.select().count()

    reply = house.browser("organizer").post(f"/teams/{house.team.id}", data=data)

    assert (422, before) == (reply.status_code, Person.select().count())
    assert "Skriv en e-postadresse, for eksempel navn@kommune.no." in reply.text


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("ola.nordmann+mentor@vaeroy.kommune.no", "ola.nordmann+mentor@vaeroy.kommune.no"),
        ("navn@værøy.kommune.no", "navn@xn--vry-yla5g.kommune.no"),
    ],
)
def test_a_municipality_with_letters_of_its_own_gets_its_letters(
    house: House, tmp_path: Path, address: str, on_the_wire: str
):
    data = {"m-name": "Ny", "m-email": address, "m-seat": "hr"}
    assert 303 == house.browser("organizer").post(f"/teams/{house.team.id}", data=data).status_code
    kept = Person.get(Person.email == address)

    FileMail(tmp_path).send(Letter("1", kept.email, "Hei", "Hei"))

    assert f"To: {on_the_wire}" in next(tmp_path.glob("*.eml")).read_text("utf-8").splitlines()


def test_a_domain_of_letters_that_none_may_have_bounces_at_once(tmp_path: Path):
    with pytest.raises(Refused):
        FileMail(tmp_path).send(Letter("1", f"a@{'ø' * 70}.no", "Hei", "Hei"))
