"""Writes the anonymous half: links, answers in envelopes, two seals, and a window that is open today."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from fotfeste_shared.clock import today
from fotfeste_shared.database import Database, Writer, writing
from fotfeste_shared.forms import shipped
from fotfeste_shared.intake import Filled
from fotfeste_shared.judging import Context, judge
from fotfeste_shared.kinds import Answers
from fotfeste_shared.revisions import anonymous_receipt

from ..anonymous import releases
from ..anonymous.crossing import register
from ..anonymous.envelope import Envelope
from ..anonymous.invitations import EVERYWHERE, hashed, invite, open_window, opened_link
from ..anonymous.keys import Keys
from ..anonymous.models import Block, Door, FreeText, Inbox, Invitation, Waiting, Window
from ..anonymous.release_models import RELEASING, CrossTable
from ..anonymous.sealing import seal
from ..config import Config
from . import surveys
from .days import HELD, WAVES, Asking, Quarter, asking
from .plan import SEED, Hire, Plan, asked_at
from .telling import NotGood
from .words import Voice

NEW_HIRE, MENTOR, LEAVER, GATHERING = "nyansatt", "mentor", "slutter", "evaluering_samling"
ANSWERS = {NEW_HIRE: 0.8, MENTOR: 0.85, LEAVER: 0.8, GATHERING: 0.8}
SO_FAR = 0.5  # of those whose link is open today have answered
LEAVER_DAYS, GATHERING_DAYS = 91, 7


@dataclass(frozen=True, slots=True)
class Asked:
    """One link that somebody was sent, and what they would answer."""

    form: str
    wave: str
    place: str
    when: Asking
    answer: Callable[[Voice], Answers]
    language: str = "nb"


def everybody(plan: Plan) -> Iterator[Asked]:
    """Give all who are asked anything in the three windows, in a fixed order."""
    for hire in plan.hires:
        yield from _new_hire(hire)
    yield from _mentors(plan)
    yield from _gathering(plan)


def _new_hire(hire: Hire) -> Iterator[Asked]:
    home = hire.crew.home
    for wave in WAVES:
        day = asked_at(hire, wave)
        if day is not None:
            yield Asked(NEW_HIRE, wave, home.number, asking(day), _as_new_hire(hire, wave), home.language)
    if hire.left is not None:
        when = asking(hire.left, LEAVER_DAYS)
        yield Asked(LEAVER, "", EVERYWHERE, when, lambda voice: surveys.leaver(hire, voice), home.language)


def _as_new_hire(hire: Hire, wave: str) -> Callable[[Voice], Answers]:
    return lambda voice: surveys.new_hire(hire, wave, voice)


def _mentors(plan: Plan) -> Iterator[Asked]:
    """Every other mentor was trained in the older window; the others have been mentors for a year in the newer."""
    older, newer = plan.days.sealed_quarters
    for number, (crew, _) in enumerate(plan.mentors):
        wave, quarter = ("for", older) if number % 2 else ("etter", newer)
        when = asking(quarter.opens + timedelta(days=30))
        yield Asked(MENTOR, wave, crew.home.number, when, _as_mentor(wave), crew.home.language)


def _as_mentor(wave: str) -> Callable[[Voice], Answers]:
    return lambda voice: surveys.mentor(wave, voice)


def _gathering(plan: Plan) -> Iterator[Asked]:
    """Ask all who were at the gathering held last."""
    when = asking(plan.days.meetings[HELD - 1].ends, GATHERING_DAYS)
    for crew in plan.crews:
        for seat in crew.seats:
            yield Asked(GATHERING, "", EVERYWHERE, when, _as_participant(seat.code), crew.home.language)


def _as_participant(code: str) -> Callable[[Voice], Answers]:
    return lambda voice: surveys.gathering(code, voice)


# --- writing ------------------------------------------------------------------------------------------


def ask(db: Database, config: Config, plan: Plan, network: str, colluders: int) -> str:
    """Write the whole anonymous half of a network, anew if an earlier try was interrupted; gives the open window."""
    keys = Keys(config.keys)
    _forget(db, config, keys, network)
    writer = Writer(db)
    try:
        return _Asker(db, writer, keys, plan, network).ask(config, colluders)
    finally:
        writer.close()


def _forget(db: Database, config: Config, keys: Keys, network: str) -> None:
    """Remove what an interrupted try left behind: nobody has seen any of it."""
    windows = [window.id for window in Window.select().where(Window.network == network)]
    with writing(db):
        for beside in sorted(RELEASING, key=lambda each: each is CrossTable):  # what points at tables goes first
            beside.delete().execute()  # an example is the only network of its house
        for model in (Block, Waiting, FreeText, Invitation, Door):
            model.delete().where(model.network == network).execute()
        Inbox.delete().where(Inbox.window.in_(windows)).execute()
        Window.delete().where(Window.network == network).execute()
    releases.path_of(config.releases, network).unlink(missing_ok=True)
    for window in windows:
        keys.destroy_window(window)


class _Asker:
    """Sends out links quarter by quarter and answers them as people did."""

    def __init__(self, db: Database, writer: Writer, keys: Keys, plan: Plan, network: str) -> None:
        self._db = db
        self._writer = writer
        self._keys = keys
        self._plan = plan
        self._network = network
        self._chance = Random(f"{SEED} asking")  # noqa: S311 (an example, not a secret)
        self._voices = {"nb": Voice(self._chance), "nn": Voice(self._chance, "nn")}

    def ask(self, config: Config, colluders: int) -> str:
        """Fill the three windows and seal the two that are over; the rounding is drawn from the seed, here only."""
        by_quarter: dict[Quarter, list[Asked]] = defaultdict(list)
        for each in everybody(self._plan):
            by_quarter[each.when.quarter].append(each)
        uniform = Random(f"{SEED} rounding").random  # noqa: S311 (the demo's figures are to be the same every time)
        days = self._plan.days
        below = Random(f"{SEED} noise").randrange  # noqa: S311 (as above)
        form = shipped()[NEW_HIRE]
        register(self._db, self._network, form, wave="m6", row="m_har", column="b_bli", halves=2)
        for quarter in days.sealed_quarters:
            window = self._window(quarter, by_quarter[quarter])
            seal(
                self._db, self._keys, config.releases, window, colluders, uniform=uniform, below=below,
                municipalities=len({crew.home.number for crew in self._plan.crews}),
            )
        return self._window(days.open_quarter, by_quarter[days.open_quarter])

    def _window(self, quarter: Quarter, asked: list[Asked]) -> str:
        window = open_window(
            self._db, self._keys, self._network, quarter.name, opens=quarter.opens, closes=quarter.closes
        )
        tokens = self._invite(window, asked)
        for each, token in zip(asked, tokens, strict=True):
            day = self._answers_on(each)
            if day is not None:
                self._answer(each, token, day)
        return window

    def _invite(self, window: str, asked: list[Asked]) -> list[str]:
        """Make the links, those of one kind and day together, and give them in the order of the asked."""
        groups: dict[tuple[str, str, str, date, date], list[int]] = defaultdict(list)
        for number, each in enumerate(asked):
            groups[each.form, each.wave, each.place, each.when.opens, each.when.closes].append(number)
        tokens: dict[int, str] = {}
        with writing(self._db):
            for (form, wave, place, opens, closes), numbers in groups.items():
                made = invite(
                    self._db, self._keys, window, shipped()[form], wave=wave, place=place, count=len(numbers),
                    opens=opens, closes=closes,
                )  # fmt: skip
                tokens |= dict(zip(numbers, made, strict=True))
        return [tokens[number] for number in range(len(asked))]

    def _answers_on(self, asked: Asked) -> date | None:
        """Tell on which day a link was used; None for those who never did, or have not yet."""
        now = self._plan.days.today
        share = SO_FAR if asked.when.closes >= now else ANSWERS[asked.form]
        answers, waits = self._chance.random() < share, self._chance.random()
        last = min(asked.when.closes, now)
        if not answers or asked.when.opens > last:
            return None
        return asked.when.opens + timedelta(days=int((last - asked.when.opens).days * waits * waits))

    def _answer(self, asked: Asked, token: str, day: date) -> None:
        form = shipped()[asked.form]
        given = asked.answer(self._voices[asked.language])
        judgement = judge(form, given, Context(day, wave=asked.wave or None))
        if not judgement.good or set(judgement.answers) != set(given):
            raise NotGood(f"{form.code}: {judgement.sentences('nb')}")
        filled = Filled(form.code, form.version, judgement.answers, anonymous_receipt())
        outcome = Envelope(self._writer, token, day).receive(filled).outcome
        if outcome != "kept":
            raise NotGood(f"{form.code}: {outcome}")


def free_link(config: Config, window: str) -> str | None:
    """Find a new hire's link that is open today and has not been used; None when the window has closed."""
    keys = Keys(config.keys)
    found = Invitation.select().where(
        (Invitation.window == window)
        & (Invitation.form == NEW_HIRE)
        & (Invitation.opens <= today())
        & (Invitation.closes >= today())
        & Invitation.link.is_null(False)
    )
    for row in found.order_by(Invitation.closes.desc(), Invitation.id):
        token, _ = opened_link(keys, bytes(row.link or b""))
        if not Inbox.select().where(Inbox.id == hashed("ans", token)).exists():
            return token
    return None
