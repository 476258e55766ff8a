"""The style sheet is what its sources make, and what others made is unchanged."""

import re
from hashlib import sha256
from pathlib import Path

from fotfeste_shared.forms import digest
from fotfeste_shared.web.theme.build import MADE_FROM, STATIC, WEB, built, survey_modules

VENDOR = STATIC / "vendor"


def test_serves_the_styles_that_the_sources_make() -> None:
    made = built()

    served = {path: (WEB / path).read_bytes() for path in made}
    assert served == made
    kept = {f"static/icons/{path.name}" for path in (STATIC / "icons").iterdir()}
    assert kept == {path for path in made if path.startswith("static/icons/")}


def test_the_small_survey_script_is_made_from_the_modules_of_today() -> None:
    assert MADE_FROM.read_text("utf-8").strip() == digest(survey_modules())


def test_keeps_the_files_of_others_as_they_came() -> None:
    readme = (VENDOR / "README.md").read_text("utf-8")
    noted = dict(re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", readme, re.MULTILINE))
    kept = {path for path in VENDOR.rglob("*") if path.is_file() and path.name != "README.md"}

    assert noted == {str(path.relative_to(VENDOR)): sha256(path.read_bytes()).hexdigest() for path in kept}


def test_styles_reach_for_nothing_outside_the_page() -> None:
    css = (STATIC / "fotfeste.css").read_text("utf-8")

    reached = set(re.findall(r'url\("?([^")]+)', css))
    assert reached
    assert all(Path(STATIC / address).is_file() for address in reached)
