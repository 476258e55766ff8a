"""L1: a thief of the database and its whole write-ahead log joins nobody with an answer.

The thief has every state that the files were in, one for each commit, and looks for anything that ties a row of the
inbox to a row of the invitations: a value both have, a change in the same commit, a transaction's number, a place in
the file. The same search, given a server that marks links as used when the answer comes, finds everybody.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from server.anonymous.makers import TODAY, World, filled

from fotfeste_server.anonymous.envelope import Envelope
from fotfeste_server.anonymous.invitations import hashed
from fotfeste_server.anonymous.models import MODELS, Inbox, Invitation
from fotfeste_server.anonymous.release_models import RELEASING
from fotfeste_shared.database import Writer, close_database, open_database, writing
from fotfeste_shared.engines import PostgresServer

LUCK = 8  # as many right guesses or more come by chance once in a million
SHARED_BY_DESIGN = {"window", "network", "form", "version", "wave", "place", "opens", "closes", "sent", "remind"}
State = dict[str, dict[str, tuple]]


@pytest.fixture
def world(database_url, tmp_path) -> Iterator[World]:
    db = open_database(database_url)
    world = World.at(db, tmp_path)
    yield world
    world.writer.close()
    close_database(db)


def state(*models) -> State:
    """What the files hold after a commit: every row of every table."""
    return {
        model.__name__: {str(row[0]): row for row in model.select().order_by(model._meta.primary_key).tuples()}
        for model in models
    }


def tied_by_commit(history: list[State]) -> dict[str, set[str]]:
    """For each answer, the invitations that the same commit touched."""
    tied: dict[str, set[str]] = {}
    for before, after in pairwise(history):
        new = after["Inbox"].keys() - before["Inbox"].keys()
        changed = {key for key, row in after["Invitation"].items() if before["Invitation"].get(key) != row}
        for answer in new:
            tied[answer] = changed
    return tied


def tied_by_value() -> dict[str, set[str]]:
    """For each answer, the invitations that have any value of their own in common with it."""
    own = {
        model: [f.name for f in model._meta.sorted_fields if f.name not in SHARED_BY_DESIGN]
        for model in (Inbox, Invitation)
    }
    values = {
        model: {row["id"]: {plain(row[name]) for name in own[model]} for row in model.select().dicts()}
        for model in (Inbox, Invitation)
    }
    return {
        answer: {invitation for invitation, theirs in values[Invitation].items() if theirs & mine - {"None"}}
        for answer, mine in values[Inbox].items()
    }


def plain(value: object) -> str:
    return repr(bytes(value) if isinstance(value, memoryview) else value)


def linked(tied: dict[str, set[str]], truth: dict[str, str]) -> int:
    """How many answers are tied to one invitation only, the right one."""
    return sum(found == {truth[answer]} for answer, found in tied.items())


def answer_all(
    world: World, many: int, mark: Callable[[str], None] | None = None
) -> tuple[dict[str, str], list[State]]:
    """Let so many answer, in another order than they were invited, and keep every state of the files."""
    window = world.window()
    tokens = [token for place in ("5001", "5006") for token in world.links(window, many // 2, place)]
    history = [state(Inbox, Invitation)]
    for number in sorted(range(len(tokens)), key=lambda n: hashed("let", str(n))):
        with writing(world.db):
            if mark:
                mark(tokens[number])
            written_within(world, tokens[number])
        history.append(state(Inbox, Invitation))
    return {hashed("ans", token): hashed("inv", token) for token in tokens}, history


class Here(Writer):
    """Writes in this thread."""

    def __init__(self) -> None:
        pass

    def do(self, act):
        return act()


def written_within(world: World, token: str) -> None:
    """Answer in this thread, so that a control may do more in the same commit."""
    assert Envelope(Here(), token, TODAY).receive(filled({"trygg": 4})).outcome == "kept"


def test_every_commit_of_an_open_window_ties_nobody_to_an_answer(world, long, attacked):
    truth, history = answer_all(world, 100 if long else 30)
    by_commit, by_value = linked(tied_by_commit(history), truth), linked(tied_by_value(), truth)
    attacked(f"L1 {type(world.db).__name__}: {len(truth)} answers, linked by commit {by_commit}, by value {by_value}")

    assert (0, 0) == (by_commit, by_value)
    assert len(truth) == Inbox.select().count()


def test_the_same_search_finds_everybody_where_a_link_is_marked_as_used(world):
    def mark(token: str) -> None:
        Invitation.update(sent=1).where(Invitation.id == hashed("inv", token)).execute()

    truth, history = answer_all(world, 10, mark)

    assert 10 == linked(tied_by_commit(history), truth)


def test_places_in_the_file_tell_no_more_than_chance(world, attacked):
    """SQLite keeps the order of hashes; PostgreSQL that of arrival, in both tables for other reasons."""
    truth, _ = answer_all(world, 60)
    order = "ctid" if isinstance(world.db, PostgresServer) else "id"
    rows = {
        name: [row[0] for row in world.db.execute_sql(f"SELECT id FROM {name} ORDER BY {order}").fetchall()]
        for name in ("inbox", "invitation")
    }
    right = sum(truth[answer] == guess for answer, guess in zip(rows["inbox"], rows["invitation"], strict=True))
    attacked(f"L1 {type(world.db).__name__}: order in the files guesses {right} of {len(truth)} right, chance is 1")

    assert right < LUCK


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_transaction_numbers_tie_nobody_to_an_answer_before_or_after_the_seal(world, attacked):
    truth, _ = answer_all(world, 20)
    pairs = "SELECT i.id, v.id FROM inbox i JOIN invitation v ON i.xmin = v.xmin"
    open_ = world.db.execute_sql(pairs).fetchall()
    world.seal(next(iter(Invitation.select())).window_id)
    tables = [model._meta.table_name for model in (*MODELS, *RELEASING)]
    written = {
        name: {str(row[0]) for row in world.db.execute_sql(f'SELECT xmin FROM "{name}"').fetchall()} for name in tables
    }
    attacked(f"L1 PostgreSQL: joined by xmin {len(open_)} of {len(truth)}; sealed rows of one transaction")

    assert [] == open_
    assert Inbox.select().count() == 0
    assert len(written["block"]) == len(written["waiting"] | written["block"]) == 1


def test_nothing_is_left_to_join_after_the_seal(world, attacked):
    truth, _ = answer_all(world, 20)
    world.seal(next(iter(Invitation.select())).window_id)
    left = {model: [repr(row) for row in model.select().tuples()] for model in (*MODELS, *RELEASING)}
    elsewhere = "".join(text for model, rows in left.items() if model is not Invitation for text in rows)
    found = sum(answer in elsewhere or invitation in elsewhere for answer, invitation in truth.items())
    attacked(f"L1 {type(world.db).__name__}: after the seal {found} of {len(truth)} linked")

    assert found == 0
    assert {None} == {row.link for row in Invitation.select()}
