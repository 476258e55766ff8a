"""What the pages show of the local tables: pairings and their sessions, what waits, what came back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from fotfeste_shared import sync
from fotfeste_shared.database import Database
from fotfeste_shared.forms import FormDefinition, read_form, shipped
from fotfeste_shared.goals import Goal, goals_of
from fotfeste_shared.kinds import Answers, OneOf
from fotfeste_shared.revisions import About, in_conflict, leaves, read_revision, winner
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.web.pages import day as in_words
from fotfeste_shared.wording import Language, say

from .exchange import Exchange
from .models import Draft, Form, Label, Note, Revision
from .outbox import State, apart_of
from .schedule import Next, When, next_session

SESSION = "mentorlogg"
PAIRING = "kobling"
REPORT = "statusrapport"
BEGUN_WITH = {"team"}  # what a form about a team holds before anything is written
USUAL = ("minutter", "form", "arbeidstid")  # most talks are as long as the last one, and in the same place


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as it counts now: the winner among its leaves, and how its delivery stands."""

    record: str
    content: Content
    state: State
    saved_at: datetime
    receipt: str | None
    problem: str | None
    held: str | None
    conflict: bool
    others: tuple[Content, ...]

    @property
    def day(self) -> date | None:
        """The day that a session took place."""
        told = self.content.answers.get("dato")
        return date.fromisoformat(told) if isinstance(told, str) else None

    @property
    def took_place(self) -> bool:
        """Tell whether the two really met."""
        return self.content.answers.get("status", "ja") == "ja"


@dataclass(frozen=True, slots=True)
class Pair:
    """A pairing as its mentor sees it."""

    line: sync.PairingLine
    profession: str
    label: str
    next: Next
    sessions: tuple[Entry, ...]
    drafts: tuple[Draft, ...]
    step: str | None
    began: str

    @property
    def name(self) -> str:
        """What the mentor calls it, else where the new colleague works, and since when if that is said of two."""
        return self.label or ", ".join(filter(None, (self.profession, self.line.unit, self.began)))

    @property
    def held(self) -> int:
        """How many sessions there have been."""
        return sum(entry.took_place for entry in self.sessions)


class Overview:
    """Reads the local tables for one page; changes nothing, and reads each thing once."""

    def __init__(self, db: Database, today: date, language: Language = "nb") -> None:
        self.db = db
        self._today = today
        self._language = language
        self._pairs: dict[str, Pair] = {}
        self.roster = Exchange(db).roster()

    # --- sessions ---------------------------------------------------------------------------------

    def preset(self, pairing: str) -> Answers:
        """What a new session begins with: today, that it took place, and the rest as it was last time."""
        return {"kobling": pairing, "dato": self._today.isoformat(), "status": "ja", **self._usual(pairing)}

    def _usual(self, pairing: str) -> Answers:
        held = [entry for entries in self._talks.values() for entry in entries if entry.took_place and entry.day]
        last = max(held, key=lambda e: (e.content.about.id == pairing, e.day, e.saved_at), default=None)
        return {code: last.content.answers[code] for code in USUAL if code in last.content.answers} if last else {}

    @cached_property
    def _talks(self) -> dict[str, list[Entry]]:
        """All sessions, by the pairing that they are about."""
        rows = Revision.select().where((Revision.form == SESSION) & (Revision.text != "")).bind(self.db)
        talks: dict[str, list[Entry]] = {}
        for entry in _entries(rows):
            talks.setdefault(entry.content.about.id, []).append(entry)
        return talks

    def _is_blank(self, draft: Draft) -> bool:
        """Tell whether nothing was written in it yet: a session opened by mistake is no draft."""
        if draft.parents or draft.form != SESSION or not draft.about:
            return not draft.answers.keys() - BEGUN_WITH
        preset = self.preset(str(draft.about[1]))
        return all(preset.get(code) == answer for code, answer in draft.answers.items() if code != "dato")

    # --- pairings ---------------------------------------------------------------------------------

    def pairs(self) -> list[Pair]:
        """All pairings that have not ended, the most urgent first."""
        lines = [line for line in self._own_lines() if not line.ended]
        order = list(When)
        pairs = [self._pair(line) for line in lines]
        return sorted(pairs, key=lambda pair: (order.index(pair.next.when), pair.next.day or date.max, pair.name))

    def pair(self, pairing: str) -> Pair | None:
        """One pairing; None when it is not this mentor's."""
        return next((self._pair(line) for line in self._own_lines() if line.id == pairing), None)

    def _own_lines(self) -> list[sync.PairingLine]:
        """The pairings whose mentor this is; a head of department knows of others, whose talks are not theirs."""
        return [line for line in self.roster.pairings if line.mine] if self.roster else []

    def _pair(self, line: sync.PairingLine) -> Pair:
        if line.id in self._pairs:
            return self._pairs[line.id]
        standing = [entry for entry in self._talks.get(line.id, ()) if not entry.content.withdrawn]
        sessions = sorted(standing, key=lambda entry: (entry.day or date.min, entry.saved_at), reverse=True)
        held = [entry.day for entry in sessions if entry.took_place and entry.day]
        label = Label.select().where(Label.pairing == line.id).first(self.db)
        drafts = [d for d in self.drafts() if d.about == ["pairing", line.id]]
        self._pairs[line.id] = Pair(
            line=line,
            profession=self._profession(line.profession),
            label=str(label.text) if label else "",
            next=_next(line, held, _agreed(sessions), self._today),
            sessions=tuple(sessions),
            drafts=tuple(drafts),
            step=self._step(sessions),
            began=self._began(line),
        )
        return self._pairs[line.id]

    def _began(self, line: sync.PairingLine) -> str:
        """Tell two pairings of one profession and unit apart by their first day; nothing where there is only one."""
        alike = [each for each in self._own_lines() if (each.profession, each.unit) == (line.profession, line.unit)]
        if len(alike) == 1:
            return ""
        return say(self._language, "startet {day}", day=in_words(line.started, self._language))

    def _profession(self, code: str) -> str:
        """Say a profession as the form that registered the pairing does."""
        form = self.form(PAIRING)
        choices = (
            [choice for q in form.questions() if isinstance(q, OneOf) and q.code == "yrke" for choice in q.choices]
            if form
            else []
        )
        return next((choice.text.in_(self._language) for choice in choices if choice.code == code), code)

    def _step(self, sessions: Sequence[Entry]) -> str | None:
        """The last step that they agreed on: it stands in the mentor's own notes."""
        for entry in sessions:
            step = self.notes(entry.record).get("steg")
            if isinstance(step, str):
                return step
        return None

    # --- new hires who were registered here ---------------------------------------------------------

    def registered(self) -> list[Entry]:
        """The new hires whom the person has registered, the last one first."""
        rows = Revision.select().where((Revision.form == PAIRING) & (Revision.text != "")).bind(self.db)
        entries = [e for e in _entries(rows) if e.content.apart_of is None and not e.content.withdrawn]
        return sorted(entries, key=lambda entry: entry.saved_at, reverse=True)

    def registers(self) -> list[sync.Thing]:
        """The teams on whose behalf the person may register a new hire."""
        return [team for team in self.roster.teams if PAIRING in team.begins] if self.roster else []

    def mentor(self, id_: str) -> str:
        """The name of somebody who may be a mentor."""
        names = {each.id: each.name for each in self.roster.mentors} if self.roster else {}
        return names.get(id_, "")

    # --- records ----------------------------------------------------------------------------------

    def drafts(self) -> list[Draft]:
        """All drafts in which something was written, the last one touched first."""
        return [draft for draft in self._all_drafts if not self._is_blank(draft)]

    def blank_session(self, pairing: str) -> Draft | None:
        """A session that was opened and left without a word: the next one may use it."""
        blank = (draft for draft in self._all_drafts if self._is_blank(draft) and draft.form == SESSION)
        return next((draft for draft in blank if draft.about == ["pairing", pairing]), None)

    @cached_property
    def _all_drafts(self) -> list[Draft]:
        return list(Draft.select().order_by(Draft.touched.desc()).bind(self.db))

    def entry(self, record: str) -> Entry | None:
        """One record as it counts now."""
        rows = Revision.select().where((Revision.record == record) & (Revision.text != "")).bind(self.db)
        return next(iter(_entries(rows)), None)

    def last_before(self, record: str, form: str, about: About) -> Answers:
        """What was handed in last on the same form about the same thing, to begin with and to stand beside.

        Where the record itself was handed in before, only what came before it is meant.
        """
        same = (Revision.form == form) & (Revision.about_kind == about.kind) & (Revision.about_id == about.id)
        rows = Revision.select().where(same & (Revision.record != record) & (Revision.text != "")).bind(self.db)
        entries = [e for e in _entries(rows) if e.content.apart_of is None and not e.content.withdrawn]
        if own := self.entry(record):
            entries = [entry for entry in entries if entry.saved_at < own.saved_at]
        last = max(entries, key=lambda entry: entry.saved_at, default=None)
        return dict(last.content.answers) if last else {}

    def reports(self, team: str) -> list[tuple[str, str]]:
        """The team's handed-in status reports by id, for a note that is about one of them."""
        told = (Revision.form == REPORT) & (Revision.about_id == team) & (Revision.text != "")
        entries = _entries(Revision.select().where(told).bind(self.db))
        titles = {line.id: line.title for line in self.roster.records} if self.roster else {}
        titles |= {line.record: line.title for line in self.roster.follows} if self.roster else {}
        named = [(each, titles.get(each.record) or f"{each.saved_at:%d.%m.%Y}") for each in entries]
        return [(entry.record, name) for entry, name in sorted(named, key=lambda one: one[0].saved_at)]

    def title_of_team_record(self, record: str, team: str, title: str) -> str:
        """Name what is about a team as the server does, else by the team."""
        if self.roster is None:
            return ""
        named = {line.id: line.title for line in self.roster.records}
        teams = {line.id: line.name for line in self.roster.teams}
        return named.get(record) or (f"{title}, {teams[team]}" if team in teams else "")

    def goals(self, team: str) -> list[Goal]:
        """The team's sub-goals through all the reports that this computer holds, for its final report."""
        told = (Revision.form == REPORT) & (Revision.about_id == team) & (Revision.text != "")
        entries = _entries(Revision.select().where(told).bind(self.db))
        standing = sorted((e for e in entries if not e.content.withdrawn), key=lambda entry: entry.saved_at)
        return goals_of((number, entry.content.answers) for number, entry in enumerate(standing, 1))

    def apart(self, record: str) -> Answers:
        """What was handed in with a record and travels apart from it, such as how a new hire is reached."""
        return apart_of(self.db, record)

    def notes(self, record: str) -> Answers:
        """The person's own notes on a record."""
        note = Note.select().where(Note.record == record).first(self.db)
        return dict(note.answers) if note else {}

    def open_records(self) -> list[sync.OpenRecord]:
        """What the server has opened for this person, and nobody has handed in yet as far as we know."""
        lines = self.roster.records if self.roster else []
        rows = Revision.select().where(Revision.record.in_([line.id for line in lines])).bind(self.db)
        erased = {str(row.record) for row in rows if row.text == ""}
        standing = {e.record for e in _entries(row for row in rows if row.text) if not e.content.withdrawn}
        return [line for line in lines if line.id not in erased | standing]

    def waiting(self) -> list[Revision]:
        """Everything that has not been delivered, what needs help first."""
        states = [State.ATTENTION, State.QUEUED]
        rows = list(Revision.select().where(Revision.state.in_(states)).order_by(Revision.saved_at).bind(self.db))
        return sorted(rows, key=lambda row: row.state != State.ATTENTION)

    def delivered(self, most: int = 20) -> list[Revision]:
        """What was delivered last, with its receipts."""
        mine = Revision.mine & Revision.state.in_([State.DELIVERED, State.BACKED_UP])
        return list(Revision.select().where(mine).order_by(Revision.seq.desc()).limit(most).bind(self.db))

    # --- forms ------------------------------------------------------------------------------------

    def form(self, code: str, version: int | None = None) -> FormDefinition | None:
        """A form by its code: a certain version, or the one in use; the shipped one where nothing was published."""
        wanted = (Form.code == code) & (Form.current if version is None else Form.version == version)
        row = Form.select().where(wanted).order_by(Form.version.desc()).first(self.db)
        if row:
            return read_form(row.text)
        ours = shipped().get(code)
        return ours if ours and version in (None, ours.version) else None


def _entries(rows: Iterable[Revision]) -> list[Entry]:
    """Group revisions by record, and let the pure rules say which one counts."""
    by_record: dict[str, dict[str, tuple[Revision, Content]]] = {}
    for row in rows:
        content = read_revision(str(row.text))
        by_record.setdefault(content.record, {})[content.rev] = (row, content)
    return [_entry(record, known) for record, known in by_record.items()]


def _entry(record: str, known: dict[str, tuple[Revision, Content]]) -> Entry:
    contents = [content for _, content in known.values()]
    counts = str(winner(contents))
    row, content = known[counts]
    others = tuple(known[rev][1] for rev in sorted(leaves(contents) - {counts}))
    return Entry(
        record=record,
        content=content,
        state=State(str(row.state)),
        saved_at=row.saved_at,
        receipt=row.receipt,
        problem=row.problem,
        held=row.held,
        conflict=in_conflict(contents),
        others=others,
    )


def _next(line: sync.PairingLine, held: list[date], agreed: date | None, today: date) -> Next:
    away = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in line.away]
    since = date.fromisoformat(line.since) if line.since else None
    return next_session(date.fromisoformat(line.started), held, agreed, today, away=away, since=since)


def _agreed(sessions: Sequence[Entry]) -> date | None:
    """The next day that was agreed on when they last spoke, held or not."""
    for entry in sessions:
        told = entry.content.answers.get("neste")
        return date.fromisoformat(told) if isinstance(told, str) else None
    return None
