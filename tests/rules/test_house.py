"""The tools that hold the house style, each shown to find a planted fault."""

import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from project_files import PACKAGES, ROOT, ours

LINT_IMPORTS = ["-c", "from importlinter.cli import lint_imports; exit(lint_imports(no_cache=True))"]


def run(*arguments: str | Path, root: Path = ROOT) -> tuple[int, str]:
    roots = os.pathsep.join(str(root / part) for part in ("shared", "server", "desktop"))
    environment = {**os.environ, "PYTHONPATH": roots, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    asked = [sys.executable, *arguments]
    done = subprocess.run(asked, cwd=root, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_style():
    code, said = run("-m", "ruff", "check", "--output-format", "concise", ".")

    assert code == 0, said


def test_style_finds_a_swallowed_error(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    fault = tmp_path / "shared/fotfeste_shared/fault.py"
    fault.parent.mkdir(parents=True)
    fault.write_text('"""A fault."""\n\ntry:\n    print(1)\nexcept Exception:\n    pass\n', "utf-8")

    code, said = run("-m", "ruff", "check", "--output-format", "concise", ".", root=tmp_path)

    assert code == 1
    assert {"S110", "BLE001", "T201"} <= set(said.replace(":", " ").split())


@pytest.mark.slow
def test_types():
    code, said = run("-m", "mypy")

    assert code == 0, said


@pytest.mark.slow
def test_types_are_strict(tmp_path):
    fault = tmp_path / "fault.py"
    fault.write_text("def size(text):\n    return len(text)\n", "utf-8")

    code, said = run("-m", "mypy", fault)

    assert code == 1
    assert "no-untyped-def" in said


def test_imports_tell_the_architecture():
    code, said = run(*LINT_IMPORTS)

    assert code == 0, said


PARTS = "server and desktop stand on shared and never touch each other"
# Crossings that the architecture forbids: the module, what it imports, the contract that says no.
CROSSINGS = [
    ("fotfeste_shared.clock", "flask", "the heart of shared knows neither web nor database"),
    ("fotfeste_shared.database", "fotfeste_server.config", PARTS),
    ("fotfeste_server.anonymous", "fotfeste_server.named", "the named and the anonymous world never meet"),
    ("fotfeste_server.config", "fotfeste_server.cli", "the server is layered"),
    ("fotfeste_server.results", "flask", "verbs know nothing of the web"),
    ("fotfeste_server.mail", "requests", "only the courier reaches out to the network"),
    ("fotfeste_server.named.access", "psycopg", "only the engines know the database drivers"),
    ("fotfeste_desktop.views", "webview", "only the window knows the window library"),
    ("fotfeste_server.named.models", "fotfeste_server.named.access", "the named world stands on its models"),
]


def contracts() -> list[dict[str, Any]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


def lay_out(root: Path, imports: dict[str, str]) -> None:
    """Lay out every module that a contract names, empty but for the given imports."""
    root.mkdir()
    shutil.copy(ROOT / "pyproject.toml", root)
    named = {*re.findall(r"fotfeste_[a-z_.]+", str(contracts())), *imports}
    for contract in contracts():
        for container in contract.get("containers", []):
            named |= {f"{container}.{layer}" for layer in re.findall(r"[a-z_]+", str(contract["layers"]))}
    for module in sorted(named | {name.rsplit(".", 1)[0] for name in named}):
        folder = root / module.split(".")[0].removeprefix("fotfeste_") / module.replace(".", "/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(f"import {imports[module]}\n" if module in imports else "", "utf-8")


def test_forbidden_imports_are_found(tmp_path):
    lay_out(tmp_path / "good", {})
    lay_out(tmp_path / "bad", {module: forbidden for module, forbidden, _ in CROSSINGS})

    good, _ = run(*LINT_IMPORTS, root=tmp_path / "good")
    bad, said = run(*LINT_IMPORTS, root=tmp_path / "bad")

    broken = {contract for _, _, contract in CROSSINGS if f"{contract} BROKEN" in " ".join(said.split())}
    assert (good, bad) == (0, 1)
    assert {contract for _, _, contract in CROSSINGS} == broken


def test_every_module_of_shared_has_its_place():
    heart = next(contract["source_modules"] for contract in contracts() if "heart" in contract["name"])
    standing_on_peewee = {"columns", "database", "engines", "migrating", "transactions", "writer"}
    outside = {f"fotfeste_shared.{name}" for name in {*standing_on_peewee, "closed_file", "files", "web"}}

    modules = {info.name for info in pkgutil.iter_modules([str(PACKAGES[0])], "fotfeste_shared.")}
    assert modules == {*heart, *outside}


def test_templates():
    folders = sorted({path.parent for path in ours(".html") if "templates" in path.parts})

    code, said = run("-m", "djlint", "--lint", "--quiet", *folders)

    assert folders
    assert code == 0, said


def test_a_picture_without_words_is_found(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "page.html").write_text('<main><img src="a.svg" height="1" width="1"></main>\n', "utf-8")

    code, said = run("-m", "djlint", "--lint", "--quiet", "page.html", root=tmp_path)

    assert code == 1
    assert "H013" in said
