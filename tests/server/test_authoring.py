"""Whoever writes a form is told by one command what to mend, all at once."""

from pathlib import Path

from click.testing import CliRunner
from making_forms import HEAD
from project_files import PACKAGES

from fotfeste_server.cli import main

DEFINITIONS = PACKAGES[0] / "definitions"
QUESTION = '[[sections.questions]]\nkind = "text"\ncode = "{code}"\ntext = {{ nb = "Hva", nn = "", en = "What" }}\n'


def lint(*arguments: object):
    return CliRunner().invoke(main, ["form", "lint", *map(str, arguments)])


def test_the_shipped_definitions_pass_the_command():
    files = [path for path in DEFINITIONS.glob("*.toml") if path.name != "lists.toml"]
    told = lint(*files)

    assert (0, "Clean.\n") == (told.exit_code, told.output)
    assert 1 == lint(DEFINITIONS / "nyansatt.toml", "--people", 40).exit_code


def test_everything_is_told_at_once_and_a_broken_file_is_no_crash(tmp_path: Path):
    faulty, broken = tmp_path / "faulty.toml", tmp_path / "broken.toml"
    faulty.write_text(HEAD + QUESTION.format(code="a") + QUESTION.format(code="b"), "utf-8")
    broken.write_text("code = [", "utf-8")

    told = lint(faulty, broken)

    assert 1 == told.exit_code
    assert 2 == told.output.count("says nothing in nn")
    assert "broken.toml: cannot be read" in told.output
