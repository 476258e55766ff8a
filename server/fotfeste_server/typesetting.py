"""Sets pages for paper: a template beside this module and plain data become a PDF, the same bytes each time.

The PDF is tagged (PDF/UA-1): the compiler refuses a picture without words and a document without a title.
"""

import json
from importlib.resources import files
from typing import Any


def typeset(template: str, told: dict[str, Any]) -> bytes:
    """Set a template with its data."""
    import typst  # eighty megabytes that only paper needs

    source = (files(__package__) / "typeset" / f"{template}.typ").read_bytes()
    made = typst.compile(source, format="pdf", sys_inputs={"told": json.dumps(told)}, pdf_standards="ua-1", timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made
