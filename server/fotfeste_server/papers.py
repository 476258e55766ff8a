"""A document that is read on a page and on paper: the same sections, drawn as HTML and set as a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fotfeste_shared.wording import Language

from .typesetting import typeset


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, one after the other; `quiet` ones explain rather than tell."""

    text: str
    quiet: bool = False
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with their values."""

    rows: Sequence[tuple[str, str]]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its caption, its heads, and its lines, of which the first cell is the head."""

    caption: str
    heads: Sequence[str]
    lines: Sequence[Sequence[str]]
    kind: str = "grid"


@dataclass(frozen=True, slots=True)
class Quotes:
    """What somebody has said, with what it is about."""

    rows: Sequence[tuple[str, str]]
    kind: str = "quotes"


Part = Text | Facts | Grid | Quotes


@dataclass(frozen=True, slots=True)
class Section:
    """One section; `code` names it where an organizer may add words of their own."""

    heading: str
    parts: Sequence[Part]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole document."""

    title: str
    subtitle: str
    language: Language
    day: date
    sections: Sequence[Section] = field(default_factory=tuple)


def as_pdf(paper: Paper, *, kept: bool = False) -> bytes:
    """Set a document as a tagged PDF; `kept` ones are PDF/A, fit for an archive."""
    sections = [{"heading": each.heading, "parts": [_told(part) for part in each.parts]} for each in paper.sections]
    told: dict[str, Any] = {
        "title": paper.title,
        "subtitle": paper.subtitle,
        "language": paper.language,
        "date": [paper.day.year, paper.day.month, paper.day.day],
        "sections": sections,
    }
    return typeset("document", told, kept=kept)


def _told(part: Part) -> dict[str, Any]:
    match part:
        case Text():
            return {"kind": part.kind, "paragraphs": part.text.split("\n"), "quiet": part.quiet}
        case Grid():
            return {"kind": part.kind, "caption": part.caption, "heads": list(part.heads),
                    "lines": [list(line) for line in part.lines]}  # fmt: skip
        case _:
            return {"kind": part.kind, "rows": [list(row) for row in part.rows]}
