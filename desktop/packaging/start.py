# ruff: noqa: INP001 (a program of its own)
"""Where the packaged program begins."""

from fotfeste_desktop.__main__ import run

run()
