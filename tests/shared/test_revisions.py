import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from fotfeste_shared.revisions import (
    About,
    Revision,
    Unreadable,
    anonymous_receipt,
    in_conflict,
    leaves,
    new_id,
    read_revision,
    receipt_code,
    typed_code,
    winner,
    write_revision,
)

RECORD = new_id()


def revision(*parents, rev=None, **answers):
    return Revision(
        rev=rev or new_id(),
        record=RECORD,
        form="statusrapport",
        form_version=1,
        about=About("team", new_id()),
        author=new_id(),
        saved_at="2026-08-24T10:00:00.000Z",
        parents=tuple(parent.rev for parent in parents),
        answers=answers,
    )


def test_a_revision_reads_back_to_the_same_bytes():
    written = write_revision(revision(kort="Blåbærsyltetøy", rader=[{"n": 1}]))

    again = write_revision(read_revision(written.text))

    assert written == again


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace('"form_version":1', '"form_version":1.0'),
        lambda text: text.replace('"form_version":1', '"form_version": 1'),
        lambda text: text.replace('"form_version":1', '"form_version":1,"form_version":1'),
        lambda text: text.replace("Å", "A\u030a"),
        lambda text: text.replace('"Å"', '"\\u0000"'),
        lambda text: text.replace('"Å"', "NaN"),
        lambda text: text.replace(RECORD, "1"),
        lambda text: text[:-1],
        lambda text: "[" * 100_000 + text,
    ],
)
def test_a_text_that_could_be_hashed_in_two_ways_is_no_revision(spoil):
    text = write_revision(revision(kort="Å")).text

    read_revision(text)
    with pytest.raises(Unreadable):
        read_revision(spoil(text))


def test_two_who_write_past_each_other_make_a_conflict_and_a_merge_ends_it():
    first = revision()
    mine, yours = revision(first, a="x"), revision(first, a="y")
    merge = revision(mine, yours, a="xy")

    assert {first.rev} == leaves([first])
    assert in_conflict([first, mine, yours])
    assert {mine.rev, yours.rev} == leaves([first, mine, yours])
    assert not in_conflict([first, mine, yours, merge])
    assert merge.rev == winner([first, mine, yours, merge])


@given(st.integers(0, 10**6))
def test_what_counts_is_the_same_in_whatever_order_revisions_arrive(seed):
    rng = random.Random(seed)
    every = [revision()]
    for _ in range(rng.randrange(12)):
        every.append(revision(*rng.sample(every, min(len(every), rng.randint(0, 2)))))
    shuffled = rng.sample(every, len(every))

    assert leaves(every) == leaves(shuffled)
    assert winner(every) == winner(shuffled)
    assert winner(every) in leaves(every)


def test_a_long_history_and_one_that_bites_its_tail_are_both_answered():
    chain = [revision()]
    for _ in range(5000):
        chain.append(revision(chain[-1]))
    a, b = new_id(), new_id()
    ring = [structs.replace(revision(rev=rev), parents=(other,)) for rev, other in ((a, b), (b, a))]

    assert chain[-1].rev == winner(chain)
    assert set() == leaves(ring)
    assert winner(ring) in {a, b}


def test_a_receipt_can_be_read_aloud_and_typed_back():
    code = receipt_code(new_id(), "sha256:0", 4712, "0")

    assert 9 == len(code)
    assert code.replace("-", "") == typed_code(code.lower().replace("0", "o").replace("1", "l"))
    assert 19 == len(anonymous_receipt())
    assert anonymous_receipt() != anonymous_receipt()
