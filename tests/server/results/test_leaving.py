"""First-year leavers: each municipality once, hires of a year against leavers of the next."""

from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace

from making_house import House, furnish
from server.results.making_results import source_of

from fotfeste_server.named.models import Pairing, Record, Revision
from fotfeste_server.results import screen
from fotfeste_server.results.figures import Hidden
from fotfeste_server.results.leaving import Cohort, cohorts, from_baselines, from_pairings
from fotfeste_server.results.released import Released
from fotfeste_shared.clock import now, today
from fotfeste_shared.revisions import About, new_id, timestamp, write_revision
from fotfeste_shared.revisions import Revision as Content

TODAY = date(2026, 11, 21)


def sheet(place, year, hired, left, extent="hele"):
    return place, {"ar": year, "omfang": extent, "nye": hired, "sluttet_12": left}


def test_leavers_are_held_against_the_year_before():
    a, b = (sheet("a", 2024, 10, 9), sheet("a", 2025, 7, 2)), (sheet("b", 2024, 6, 0), sheet("b", 2025, 1, 1))
    found = from_baselines([*a, *b])

    assert [Cohort(2024, 16, 3, 2, "baseline")] == found
    assert Fraction(3, 16) == found[0].figure.low


def test_a_municipality_is_counted_once():
    parts = [sheet("a", y, 5, 1, extent) for y in (2024, 2025) for extent in ("hele", "med", "uten")]
    only_parts = [each for each in parts if each[1]["omfang"] != "hele"]

    assert [(5, 1)] == [(c.hired, c.left) for c in from_baselines(parts)]
    assert [(10, 2)] == [(c.hired, c.left) for c in from_baselines(only_parts)]


def test_a_year_without_the_one_before_tells_nothing():
    assert [] == from_baselines([sheet("a", 2025, 10, 2)])
    assert [] == from_baselines([sheet("a", 2024, 1, 0), sheet("a", 2025, 3, 2)])


def test_few_hires_are_hidden():
    assert Hidden(5) == Cohort(2024, 4, 1, 1, "baseline").figure
    assert "1 av 5" == screen.words.told(Cohort(2024, 5, 1, 1, "baseline").figure, "nb")


def pairing(started, ended=None, reason=None):
    return SimpleNamespace(started=started, ended=ended, reason=reason, participation_id="a")


def test_pairings_count_those_whose_year_is_over():
    start = date(2025, 3, 1)
    found = from_pairings(
        [
            pairing(start),
            pairing(start, start + timedelta(90), "sluttet_stilling"),
            pairing(start, start + timedelta(400), "sluttet_stilling"),
            pairing(start, start + timedelta(90), "fullfort"),
            pairing(start, start + timedelta(90), "byttet_mentor"),
            pairing(date(2026, 3, 1), date(2026, 4, 1), "sluttet_stilling"),
        ],
        TODAY,
    )

    assert [Cohort(2025, 4, 1, 1, "pairings")] == found


def hand_in(house: House, answers):
    """Keep a yearly measurement as the ledger does."""
    record = Record.create(
        id=new_id(), form="startmaling", about_kind="municipality", about_id=house.participation.id,
        network=house.network, opened=now(),
    )  # fmt: skip
    author = house.people["administrator"]
    written = write_revision(
        Content(
            rev=new_id(), record=record.id, form="startmaling", form_version=1, answers=answers, author=author.id,
            about=About("municipality", house.participation.id), saved_at=timestamp(now()),
        )
    )  # fmt: skip
    last = Revision.select().order_by(Revision.seq.desc()).first()
    Revision.create(
        seq=(last.seq if last else 0) + 1, rev=written.rev, record=record, form="startmaling", form_version=1,
        about_kind="municipality", about_id=house.participation.id, parents=[], author=author, text=written.text,
        digest=written.digest, link="-", saved_at=timestamp(now()), received_at=now(),
    )  # fmt: skip


def test_the_yearly_numbers_of_a_network_come_before_its_pairings(house_on_each):
    house = house_on_each
    elsewhere = furnish(house.app, "Nord", "5501")
    for _ in range(6):
        Pairing.create(
            id=new_id(), participation=house.participation, unit="A", profession="sykepleier",
            mentor=house.people["mentor"], started=today() - timedelta(500),
        )  # fmt: skip
    before = cohorts(house.network, today())
    hand_in(house, sheet("", 2024, 12, 3)[1])
    hand_in(house, sheet("", 2025, 8, 2)[1])

    assert [(6, 0, "pairings")] == [(c.hired, c.left, c.source) for c in before]
    assert [Cohort(2024, 12, 2, 1, "baseline")] == cohorts(house.network, today())
    assert [] == cohorts(elsewhere.network, today())


def test_the_headline_says_how_many_of_how_many():
    source = source_of(Released(), years=(Cohort(2025, 24, 1, 3, "baseline"),))
    first, *cards = screen.headlines(source, "nb", place="", window="")

    assert ("Førsteårsavgang", "4\u00a0%", "1 av 24 som begynte i 2025") == (first.title, first.value, first.about)
    assert [True] * 4 == [card.hidden for card in cards]
