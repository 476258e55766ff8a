"""What a machine can promise about files: their size, words that must not occur, raw SQL in few places."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from project_files import PACKAGES, ROOT, lines, ours

LONGEST = 400
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(?<![a-z0-9.-])/(?:root|home|work|Users)/[a-z]")
REGISTRY = re.compile(r"https?://[^/\s\"'<>]*(?:py[p]i|python[h]osted|npm|registry|mirror)", re.IGNORECASE)
STATEMENTS = "SELECT|INSERT INTO|UPDATE \\w+ SET|DELETE FROM|CREATE|ALTER|DROP|PRAGMA|BEGIN|COMMIT"
SQL = re.compile(rf"\s*({STATEMENTS})\b")
AT_HOME = ("database", "engines", "transactions", "columns")
SQL_AT_HOME = [*(f"shared/fotfeste_shared/{module}.py" for module in AT_HOME), "*/migrations.py"]
TEXTS = (".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".mjs", ".json", ".svg", "")
CODE = (".py", ".mjs", ".js", ".html")


def too_long(path: Path) -> Iterator[str]:
    length = len(path.read_text("utf-8").splitlines())
    if length > LONGEST:
        yield f"{path}: {length} lines; split it where the story splits"


def unfinished(path: Path) -> Iterator[str]:
    return (f"{place}: {line.strip()}" for place, line in lines(path) if UNFINISHED.search(line))


def names_a_machine(path: Path) -> Iterator[str]:
    for place, line in lines(path):
        if MACHINE.search(line) or REGISTRY.search(line):
            yield f"{place}: {line.strip()}"


def raw_sql(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Constant(value=str(text)) if SQL.match(text):
                yield f"{path}:{node.lineno}: {text.strip()[:60]}"
            case ast.Call(func=ast.Attribute(attr="execute_sql")) | ast.Call(func=ast.Name(id="SQL")):
                yield f"{path}:{node.lineno}: a statement past peewee"


def broken(rule, paths) -> list[str]:
    # This file holds the faults that it looks for.
    return [fault for path in paths if path != Path(__file__).resolve() for fault in rule(path)]


def test_a_module_is_a_chapter():
    assert broken(too_long, ours(*CODE)) == []


def test_nothing_is_left_for_later():
    assert broken(unfinished, ours(*CODE, ".toml")) == []


def test_no_machine_or_registry_is_named():
    assert broken(names_a_machine, ours(*TEXTS)) == []


def test_raw_sql_stays_where_dialects_are_known():
    modules = [path for package in PACKAGES for path in ours(".py", within=package)]
    abroad = [path for path in modules if not any(path.relative_to(ROOT).match(home) for home in SQL_AT_HOME)]

    assert broken(raw_sql, abroad) == []


@pytest.mark.parametrize(
    ("rule", "fault", "fine"),
    [
        (too_long, "a = 1\n" * (LONGEST + 1), "a = 1\n" * LONGEST),
        (unfinished, "# TODO later\n", "# todo lists are drawn here\n"),
        (names_a_machine, 'p = "/' + 'root/x"\n', 'p = "/networks/work/x"\n'),
        (names_a_machine, "https://files.python" + "hosted.org/x\n", "https://www.python.org/\n"),
        (raw_sql, 'x = "SELECT 1"\n', 'x = "Select a municipality"\n'),
        (raw_sql, 'db.execute_sql(f"{x}")\n', "db.execute(query)\n"),
    ],
)
def test_each_rule_finds_its_fault(tmp_path, rule, fault, fine):
    path = tmp_path / "fault.py"

    path.write_text(fault, "utf-8")
    found = broken(rule, [path])
    path.write_text(fine, "utf-8")
    not_found = broken(rule, [path])

    assert (len(found), not_found) == (1, [])
