"""All figures as CSV that Norwegian Excel opens right: semicolons, decimal commas, and the mark of UTF-8 in front.

A text that a spreadsheet would take for a formula gets an apostrophe in front of it: names of networks and
programmes are written by people. The same release and language give the same bytes.
"""

import csv
from io import StringIO

from fotfeste_shared.wording import Language

from .lines import TEN, Cell, Column, about, lines, numbers, said
from .reading import Source

BYTE_ORDER_MARK = "\ufeff"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet may take what begins so for a formula


def separated(source: Source, language: Language) -> bytes:
    """Write every figure on a line of its own, under one heading."""
    columns = [*about(language), *numbers(language), said(language)]
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(safe(column.title) for column in columns)
    for line in lines(source, language):
        writer.writerow(_cell(column, column.read(line), language) for column in columns)
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def _cell(column: Column, cell: Cell, language: Language) -> str:
    if isinstance(cell, int):
        point = "." if language == "en" else ","
        return f"{cell // TEN}{point}{cell % TEN}" if column.parts == TEN else str(cell)
    return safe(cell or "")


def safe(text: str) -> str:
    """Make a text that no spreadsheet calculates."""
    return f"'{text}" if text.lstrip().startswith(DANGEROUS) or text.startswith(DANGEROUS) else text
