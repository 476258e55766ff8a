"""The front door `python desktop`: installs what the client needs once, then opens it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shared"))

import right_python  # noqa: F401  importing it is the check, and it must come before newer syntax
from bootstrap import run_in_venv

run_in_venv("desktop", "fotfeste_desktop", sys.argv[1:])
