"""A form without a name is no region to a screen reader; one with a name is."""

import pytest
from jinja2 import Environment

from fotfeste_shared.web.regions import NamelessForms


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('<form method="post">', '<form role="none" method="post">'),
        ("<form>", '<form role="none">'),
        ('<form method="post" aria-label="Søk">', '<form method="post" aria-label="Søk">'),
        ('<form\n  aria-labelledby="h">', '<form\n  aria-labelledby="h">'),
        ('<form role="search">', '<form role="search">'),
        ("<format>", "<format>"),
    ],
)
def test_only_a_form_with_a_name_is_a_region(written: str, told: str):
    env = Environment(extensions=[NamelessForms], autoescape=True)

    assert told == env.from_string(written).render()
