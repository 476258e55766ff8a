# ruff: noqa: INP001 (a program of its own)
"""Where the packaged program begins."""

import sys

from fotfeste_desktop.__main__ import main

sys.exit(main())
