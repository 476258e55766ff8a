"""Which parts of a page are regions that a screen reader leads to: never a form without a name."""

import re

from jinja2.ext import Extension

NAMELESS = re.compile(r"<form(?![^>]*\s(?:role|aria-label|aria-labelledby)=)(?=[\s>])")


class NamelessForms(Extension):
    """Says of each form without a name that it is no region.

    Half of our forms are one button in a row of a table. Browsers take none of them for a region, but programs that
    read a page without a browser do, and would read out thirty regions with no name.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 (jinja's)
        """Write it into a template before it is made ready, so that no page takes longer for it."""
        return NAMELESS.sub('<form role="none"', source)
