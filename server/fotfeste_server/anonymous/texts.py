"""What people wrote in free boxes: kept apart, gathered until there are enough, read by a person, and then told.

Writing is outside the guarantee of the blocks, and the form says so. A text has lost its place, wave and order at the
seal; a batch is opened to a reader only when ten texts from three municipalities lie together, so that one more text
never stands alone. What the reader lets through is released; everything else is destroyed (decision 0014).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from secrets import SystemRandom, token_bytes
from typing import Literal, NamedTuple

from fotfeste_shared.database import Database, erase_freed_pages, locked, writing
from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.revisions import new_id

from . import releases
from .invitations import EVERYWHERE
from .keys import Keys
from .models import FreeText, Window
from .release_models import Draft, TextPlaces, TextRelease, ToldText
from .rows import insert_all, padded

ENOUGH, PLACES = 10, 3
LONG = 512  # what is written is padded to this
READING = "texts"  # the quarter of the line in which texts are released
LONGEST = 4000
Verdict = Literal["told", "left_out"]


class Written(NamedTuple):
    """One text out of an answer, with the place that it came from until it is kept."""

    form: str
    question: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One batch of texts that a person is to read."""

    id: str
    form: str
    question: str
    texts: int
    judged: int
    told: int

    @property
    def ready(self) -> bool:
        """Tell whether every text has been judged."""
        return self.texts == self.judged


@dataclass(frozen=True, slots=True)
class Text:
    """One text before its reader: as it was written, and as it is to be told."""

    id: str
    written: str
    said: str
    verdict: str | None


# --- at a seal ------------------------------------------------------------------------------------


def keep_texts(keys: Keys, network: str, texts: Iterable[Written]) -> None:
    """Keep written answers in the order of random ids, without place, wave or anything else beside them."""
    close, places = keys.closing_waiting(network), defaultdict[tuple[str, str], set[str]](set)
    rows: list[dict[str, object]] = []
    for each in texts:
        places[each.form, each.question].add(each.place)
        rows.append(
            {
                "id": new_id(), "network": network, "form": each.form, "question": each.question,
                "box": close(padded(each.text, LONG)),
            }
        )  # fmt: skip
    insert_all(FreeText, rows)
    for (form, question), new in places.items():
        _keep_places(keys, network, form, question, new)


def _keep_places(keys: Keys, network: str, form: str, question: str, new: set[str]) -> None:
    every = sorted(new | _places(keys, network, form, question))
    mine = (TextPlaces.network == network) & (TextPlaces.form == form) & (TextPlaces.question == question)
    TextPlaces.delete().where(mine).execute()
    box = keys.close_waiting(network, padded(json.dumps(every), LONG))
    TextPlaces.insert(id=new_id(), network=network, form=form, question=question, box=box).execute()


def _places(keys: Keys, network: str, form: str, question: str) -> set[str]:
    mine = (TextPlaces.network == network) & (TextPlaces.form == form) & (TextPlaces.question == question)
    row = TextPlaces.get_or_none(mine)
    return set(json.loads(keys.open_waiting(network, bytes(row.box)))) if row else set()


def gather(keys: Keys, network: str, municipalities: int) -> None:
    """Make a batch of each question that has enough texts; only a seal does, so nothing else tells when one came.

    Where a form keeps no place, the `municipalities` of the whole network stand for those that the texts come from.
    """
    waiting = FreeText.select().where(FreeText.network == network)
    for (form, question), n in sorted(Counter((row.form, row.question) for row in waiting).items()):
        from_where = _places(keys, network, form, question)
        enough = municipalities if from_where == {EVERYWHERE} else len(from_where - {EVERYWHERE})
        if n >= ENOUGH and enough >= PLACES:
            _make_batch(network, form, question)


def _make_batch(network: str, form: str, question: str) -> None:
    mine = (FreeText.network == network) & (FreeText.form == form) & (FreeText.question == question)
    batch = new_id()
    insert_all(
        Draft,
        [
            {"id": row.id, "network": network, "form": form, "question": question, "batch": batch, "box": row.box}
            for row in FreeText.select().where(mine)
        ],
    )
    FreeText.delete().where(mine).execute()
    here = (TextPlaces.network == network) & (TextPlaces.form == form) & (TextPlaces.question == question)
    TextPlaces.delete().where(here).execute()


def destroy_texts(network: str) -> None:
    """Destroy every text that has not been released, within the transaction of whoever calls."""
    for model in (FreeText, Draft, TextPlaces):
        model.delete().where(model.network == network).execute()


# --- reading --------------------------------------------------------------------------------------


def readings(network: str) -> list[Reading]:
    """List the batches that wait for a reader."""
    found: dict[str, list[Draft]] = defaultdict(list)
    for row in Draft.select(Draft.id, Draft.form, Draft.question, Draft.batch, Draft.verdict).where(
        Draft.network == network
    ):
        found[row.batch].append(row)
    told = [_reading(batch, rows) for batch, rows in found.items()]
    return sorted(told, key=lambda each: (each.form, each.question, each.id))


def _reading(batch: str, rows: list[Draft]) -> Reading:
    judged = Counter(row.verdict for row in rows)
    return Reading(
        batch, rows[0].form, rows[0].question, len(rows), len(rows) - judged[None], judged["told"]
    )


def gathering(network: str) -> list[tuple[str, str, int]]:
    """Say of which questions there are texts, but too few to be read: form, question and how many."""
    waiting = FreeText.select(FreeText.form, FreeText.question).where(FreeText.network == network)
    return sorted((*asked, n) for asked, n in Counter((row.form, row.question) for row in waiting).items())


def reading_of(network: str, batch: str) -> Reading:
    """Find one batch of a network."""
    found = next((each for each in readings(network) if each.id == batch), None)
    if found is None:
        raise NotFound
    return found


def texts_of(keys: Keys, network: str, batch: str) -> list[Text]:
    """Open a batch for its reader, in the order of random keys."""
    opened = keys.opening_waiting(network)
    rows = Draft.select().where((Draft.network == network) & (Draft.batch == batch)).order_by(Draft.id)
    found = []
    for row in rows:
        written = opened(bytes(row.box)).decode().rstrip()
        said = written if row.said is None else opened(bytes(row.said)).decode().rstrip()
        found.append(Text(row.id, written, said, row.verdict))
    return found


def judge_text(db: Database, keys: Keys, network: str, text: str, *, verdict: Verdict | None, said: str) -> None:
    """Note what the reader decided about a text, and in which words it is to be told; may be changed until release."""
    words = said.strip()[:LONGEST]
    box = keys.close_waiting(network, padded(words, LONG)) if words else None
    with writing(db):
        mine = (Draft.id == text) & (Draft.network == network)
        kept = "left_out" if verdict == "told" and not words else verdict
        if Draft.update(verdict=kept, said=box).where(mine).execute() != 1:
            raise NotFound


def release_texts(db: Database, keys: Keys, folder: Path, network: str, batch: str, *, today: date) -> int:
    """Release what was let through, for good, and destroy the rest; gives how many texts are told."""
    releases.replay(db, releases.path_of(folder, network))
    with writing(db):
        windows = list(locked(Window.select().where(Window.network == network).order_by(Window.id)))
        reading = reading_of(network, batch)
        if not reading.ready:
            raise Conflicting("Noen tekster er ikke vurdert ennå.")
        texts = texts_of(keys, network, batch)
        line = _new_line(network, windows, today)
        TextRelease.insert(window=line, read=sorted(each.id for each in texts)).execute()
        told = [each.said for each in texts if each.verdict == "told"]
        SystemRandom().shuffle(told)
        insert_all(
            ToldText,
            [
                {
                    "id": new_id(), "network": network, "window": line, "form": reading.form,
                    "question": reading.question, "text": text,
                }
                for text in told
            ],
        )  # fmt: skip
        Draft.delete().where(Draft.batch == batch).execute()
    releases.complete(db, folder, network)
    erase_freed_pages(db)
    return len(told)


def _new_line(network: str, windows: Iterable[Window], today: date) -> str:
    """Make the line of the release file that the texts stand in: a window that nobody could answer in."""
    line = new_id()
    Window.insert(
        id=line, network=network, quarter=READING, opens=today, closes=today, public_key=token_bytes(32),
        sealed=1 + max((each.sealed or 0 for each in windows), default=0),
    ).execute()  # fmt: skip
    return line
