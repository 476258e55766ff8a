"""A draft that a team shares: autosaved, merged, in conflict where two wrote the same, and never a text less."""


import pytest
from making_house import REPORT, House, report

from fotfeste_server.named.drafting import SharedDraft, meeting_of
from fotfeste_server.named.pushing import push_items
from fotfeste_shared.changes import texts
from fotfeste_shared.problems import Conflicting
from fotfeste_shared.revisions import Written, read_revision

BEGUN = {"delmal": REPORT["delmal"], "tiltak": REPORT["tiltak"]}


@pytest.fixture
def draft(house: House) -> SharedDraft:
    return SharedDraft(house.db, house.report(), BEGUN)


def deliver(house: House, who: str, *contents: Written) -> None:
    push = house.push(who, *contents)
    house.service.writer.do(lambda: push_items(house.db, house.devices[who].device, push))


def written(draft: SharedDraft) -> set[str]:
    """Every text that can be found again in some state."""
    return {text for version in draft.read().versions for text in texts(version.answers)}


def test_what_is_typed_on_is_one_state_and_what_is_taken_away_stays_in_the_one_before(house: House, draft: SharedDraft):
    me = house.people["contact"]

    first = draft.save(me, "", {**BEGUN, "kort": "Vi har"})
    again = draft.save(me, first.version, {**BEGUN, "kort": "Vi har begynt med samtaler."})
    without = draft.save(me, again.version, {**BEGUN, "kort": "Nytt."})

    assert first.version == again.version != without.version
    assert {**BEGUN, "kort": "Nytt."} == draft.read().last.answers
    assert "Vi har begynt med samtaler." in written(draft)


def test_the_same_page_saved_twice_is_one_state(house: House, draft: SharedDraft):
    me = house.people["contact"]

    one, other = (draft.save(me, "", {**BEGUN, "kort": "Vi har begynt."}) for _ in range(2))

    assert (one, 1) == (other, len(draft.read().versions))
    assert draft.save(me, one.version, {**BEGUN, "kort": "Vi har begynt."}) == one
    assert [] == [*SharedDraft(draft.db, draft.record, BEGUN).read().versions[1:]]


def test_a_page_that_was_only_looked_at_leaves_no_state(house: House, draft: SharedDraft):
    saved = draft.save(house.people["contact"], "", BEGUN)

    assert ("", "kept", ()) == (saved.version, saved.state, draft.read().versions)


def test_two_who_write_in_different_places_are_put_together_while_both_write_on(house: House, draft: SharedDraft):
    one, other = house.people["contact"], house.people["head"]

    mine = draft.save(one, "", {**BEGUN, "kort": "Fire mentorer er lært opp."})
    theirs = draft.save(other, "", {**BEGUN, "neste": "Vi skal lære opp to til."})
    draft.save(one, mine.version, {**BEGUN, "kort": "Fire mentorer er lært opp i mars."})
    draft.save(other, theirs.version, {**BEGUN, "neste": "Vi skal lære opp to til i april."})

    assert ("merged", ("Kontakt",)) == (theirs.state, theirs.others)
    assert 1 == len(draft.read().leaves)
    assert {
        **BEGUN, "kort": "Fire mentorer er lært opp i mars.", "neste": "Vi skal lære opp to til i april.",
    } == draft.read().last.answers  # fmt: skip


def test_two_who_write_in_the_same_place_meet_side_by_side_and_a_person_chooses(house: House, draft: SharedDraft):
    one, other = house.people["contact"], house.people["head"]
    draft.save(one, "", {**BEGUN, "kort": "Fire mentorer er lært opp.", "framdrift": 20})

    clash = draft.save(other, "", {**BEGUN, "kort": "Kurset er holdt."})
    meeting = meeting_of(draft.read())
    draft.settle(other, [meeting.one.id, meeting.other.id], {**meeting.agreed, "kort": "Kurset for fire er holdt."})

    assert "clashing" == clash.state
    assert [("kort",)] == [each.path for each in meeting.clashes]
    assert {"Fire mentorer er lært opp.", "Kurset er holdt."} == {*texts(meeting.clashes[0].mine)} | {
        *texts(meeting.clashes[0].theirs)
    }
    assert None is meeting_of(draft.read())
    assert {**BEGUN, "kort": "Kurset for fire er holdt.", "framdrift": 20} == draft.read().last.answers
    assert {"Fire mentorer er lært opp.", "Kurset er holdt."} <= written(draft)


def test_an_earlier_state_is_brought_back_and_what_came_since_stays(house: House, draft: SharedDraft):
    me = house.people["contact"]
    first = draft.save(me, "", {**BEGUN, "kort": "Den lange teksten som noen slettet."})
    draft.save(me, first.version, {**BEGUN, "kort": "Kort."})

    draft.bring_back(me, first.version)

    assert "Den lange teksten som noen slettet." == draft.read().last.answers["kort"]
    assert "Kort." in written(draft)
    with pytest.raises(Conflicting):
        draft.bring_back(me, "3f0e2c9a-6d1b-4c55-9a53-0d0a5a8f6f99")


def test_a_report_that_a_computer_delivers_meanwhile_meets_the_draft(house: House, draft: SharedDraft):
    draft.save(house.people["head"], "", {**BEGUN, "hjelp_tekst": "Vi trenger hjelp til turnus."})

    delivered = report(house)
    deliver(house, "contact", delivered)

    handed_in = read_revision(delivered.text).answers
    assert {**handed_in, "hjelp_tekst": "Vi trenger hjelp til turnus."} == draft.read().last.answers
    assert draft.read().waits


def test_a_report_of_a_computer_that_says_otherwise_waits_beside_the_draft(house: House, draft: SharedDraft):
    draft.save(house.people["head"], "", {**BEGUN, "kort": "Vi har hatt et møte, ikke mer."})

    deliver(house, "contact", report(house))

    meeting = meeting_of(draft.read())
    assert [(("kort",), {"Vi har hatt et møte, ikke mer.", REPORT["kort"]})] == [
        (each.path, {each.mine, each.theirs}) for each in meeting.clashes
    ]


def test_what_is_written_after_handing_in_goes_on_from_there(house: House, draft: SharedDraft):
    deliver(house, "contact", handed_in := report(house))
    begun = draft.read().last

    after = draft.save(house.people["contact"], begun.id, {**begun.answers, "kort": "Vi glemte å nevne kurset."})

    assert (handed_in.rev, False) == (begun.rev, draft.read().last.rev is not None)
    assert (after.version,) == tuple(each.id for each in draft.read().leaves)


def test_a_page_that_lay_open_while_the_report_was_handed_in_becomes_a_draft_of_the_next_edition(
    house: House, draft: SharedDraft
):
    one, other = house.people["contact"], house.people["head"]
    seen = draft.save(other, "", {**BEGUN, "kort": "Fire mentorer er lært opp i mars og april."})
    content = read_revision(report(house, kort="Fire mentorer er lært opp i mars og april.").text)
    draft.note_handed_in(content, seen.version)

    kort = "Fire mentorer er lært opp i mars og april."
    late = draft.save(other, seen.version, {**BEGUN, "kort": kort, "hjelp": ["annet"]})

    assert one.id == next(each for each in draft.read().versions if each.rev).person
    assert "clashing" == late.state
    assert [("hjelp",)] == [each.path for each in meeting_of(draft.read()).clashes]
