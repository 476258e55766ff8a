"""Makers of forms for tests: small definitions written as people write them."""

from datetime import date

from fotfeste_shared.forms import FormDefinition, load_form
from fotfeste_shared.judging import Context

HEAD = """
code = "prove"
version = 1
title = { nb = "Prøve", nn = "Prøve", en = "Trial" }
minutes = 1
intake = "ledger"
subject = "team"
filled_in_by = ["team_contact"]
channels = ["web", "desktop"]
waves = ["start", "m3"]
retention = { after = "network_end" }
[[sections]]
code = "alt"
title = { nb = "Alt", nn = "Alt", en = "All" }
"""
TODAY = date(2026, 8, 24)


def a_form(*questions: str, head: str = HEAD) -> FormDefinition:
    """Make a form of the given questions, each a few lines of TOML without its text."""
    text = 'text = { nb = "Spørsmål", nn = "Spørsmål", en = "Question" }'
    parts = []
    for question in questions:
        parts += [
            ("[[sections.questions.questions]]" if line == ">" else f"[[sections.questions]]\n{text}")
            if line in (">", "")
            else line
            for line in ("", *question.strip().splitlines())
        ]
    toml = head + "\n".join(parts).replace(
        "[[sections.questions.questions]]", f"[[sections.questions.questions]]\n{text}"
    )
    return load_form(toml)


def context(**known: object) -> Context:
    """Give a context of a fixed day, with whatever else the test knows."""
    return Context(**{"today": TODAY, **known})
