"""The border between what leaves a computer and what never does, as types that can not be mixed up."""

from dataclasses import dataclass

from .forms import FormDefinition
from .kinds import Answer, Answers


class PrivateNotes:
    """Answers to `local_only` questions: a mentor's own notes, which stay on the mentor's computer.

    They have no JSON form, no text form and no length, so that none of the ways by which data leaves the client
    can carry one by accident; only `reveal` gives them, to the local store and the local page.
    """

    __slots__ = ("_notes",)

    def __init__(self, notes: Answers) -> None:
        self._notes = dict(notes)

    def reveal(self) -> Answers:
        """Give the notes to the local database or to the page in the local window."""
        return dict(self._notes)

    def __bool__(self) -> bool:
        """Tell whether there is anything to keep."""
        return bool(self._notes)

    def __repr__(self) -> str:
        """Show nothing: a log or a traceback may print it."""
        return "<private notes>"

    def __reduce__(self) -> str:
        """Refuse to be pickled."""
        raise TypeError("private notes do not leave this computer")


@dataclass(frozen=True, slots=True)
class Parted:
    """A judged sheet in its three parts: what is handed in, what is kept apart from it, what never leaves."""

    leaving: Answers
    apart: Answers
    notes: PrivateNotes


def part(form: FormDefinition, answers: Answers) -> Parted:
    """Part the answers of a judged sheet by the marks of their questions (top level; rows go whole)."""
    marks = {question.code: question for question in form.questions()}

    def those(*, local: bool, apart: bool) -> dict[str, Answer]:
        return {
            code: answer
            for code, answer in answers.items()
            if marks[code].local_only == local and marks[code].kept_apart == apart
        }

    notes = those(local=True, apart=False) | those(local=True, apart=True)
    return Parted(those(local=False, apart=False), those(local=False, apart=True), PrivateNotes(notes))
