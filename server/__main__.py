"""The front door `python server`: installs what the server needs once, then starts it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shared"))

import right_python  # noqa: F401  importing it is the check, and it must come before newer syntax
from bootstrap import run_in_venv

run_in_venv("server", "fotfeste_server.cli", sys.argv[1:])
