"""What we depend on: a reason beside each, locks that agree with it, hashes, and no host's name."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from project_files import ROOT

PYPROJECT = ROOT / "pyproject.toml"
LOCKS = {"server": ["server", "postgres"], "desktop": ["desktop"], "tests": ["server", "postgres", "desktop"]}


def declared() -> dict[str, list[str]]:
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))
    groups = {"": project["project"]["dependencies"], **project["project"]["optional-dependencies"]}
    return groups | project["dependency-groups"]


def pins(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ \\]+)", text, re.MULTILINE))


def lock(part: str) -> str:
    return (ROOT / part / "requirements.txt").read_text("utf-8")


def without_reason(text: str, requirements: list[str]) -> list[str]:
    reason = r"  # (\S+ )+\S+"
    return [r for r in requirements if not re.search(rf'^    "{re.escape(r)}",{reason}', text, re.MULTILINE)]


def test_each_dependency_says_why_it_is_there():
    requirements = [requirement for group in declared().values() for requirement in group]

    assert len(requirements) > 20
    assert without_reason(PYPROJECT.read_text("utf-8"), requirements) == []


def test_a_dependency_without_a_reason_is_found():
    text = '    "flask>=3",  # the web framework\n    "django>=5",\n'

    assert without_reason(text, ["flask>=3", "django>=5"]) == ["django>=5"]


@pytest.mark.parametrize("part", LOCKS)
def test_lock_holds_what_is_declared(part):
    groups = ["", *LOCKS[part], *(["test", "lint"] if part == "tests" else [])]
    wanted = [Requirement(text) for group in groups for text in declared()[group]]
    locked = pins(lock(part))

    assert [str(r) for r in wanted if not r.specifier.contains(locked.get(r.name.lower(), "0"))] == []


def test_locks_agree_with_each_other():
    every = pins(lock("tests"))

    for part in ("server", "desktop"):
        assert pins(lock(part)).items() <= every.items()


@pytest.mark.parametrize("path", [*(f"{part}/requirements.txt" for part in LOCKS), "shared/installer.txt"])
def test_every_pin_has_hashes_and_no_host_is_named(path):
    text = (ROOT / path).read_text("utf-8")
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]

    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r".*(?:://|index|find-links|\.org|\.com).*", text) == []
