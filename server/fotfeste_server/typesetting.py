"""Sets pages for paper: a template beside this module and plain data become a PDF, the same bytes each time.

The PDF is tagged (PDF/UA-1): the compiler refuses a picture without words and a document without a title. One that
is to be kept is PDF/A-2a as well, for which its template sets a date.
"""

import json
from importlib.resources import files
from typing import Any


def typeset(template: str, told: dict[str, Any], *, kept: bool = False) -> bytes:
    """Set a template with its data; `kept` documents are fit for an archive."""
    import typst  # eighty megabytes that only paper needs

    source = (files(__package__) / "typeset" / f"{template}.typ").read_bytes()
    made = typst.compile(
        source, format="pdf", sys_inputs={"told": json.dumps(told)},
        pdf_standards=["ua-1", "a-2a"] if kept else ["ua-1"], timestamp=0,
    )  # fmt: skip
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made
