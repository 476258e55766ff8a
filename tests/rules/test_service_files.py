"""What an operator is given to run the server as a service names only what is there."""

import re
import tomllib

import pytest
from click.testing import CliRunner
from project_files import ROOT

from fotfeste_server.cli import main
from fotfeste_server.options import SETTINGS, settings_in

SERVICE = ROOT / "server" / "service"
FILES = sorted(path.name for path in SERVICE.iterdir())
VARIABLES = {each.variable for each in SETTINGS.values()} | {"FOTFESTE_SETTINGS"}


@pytest.mark.parametrize("name", FILES)
def test_it_names_only_variables_and_commands_that_exist(name):
    text = (SERVICE / name).read_text("utf-8")

    assert set(re.findall(r"FOTFESTE_\w+", text)) <= VARIABLES
    commands = re.findall(r"(?:/opt/fotfeste/server|python server) ([a-z][a-z-]*)", text)
    assert set(commands) <= set(main.commands)


def test_its_settings_file_is_taken():
    found = settings_in(SERVICE / "fotfeste.toml")

    assert tomllib.loads((SERVICE / "fotfeste.toml").read_text("utf-8")) == found
    assert found["proxy"]


def test_the_unit_starts_what_there_is_and_may_write_nowhere_else():
    unit = (SERVICE / "fotfeste.service").read_text("utf-8")

    assert (ROOT / "server" / "__main__.py").exists()
    assert {"ProtectSystem=strict", "NoNewPrivileges=yes", "DynamicUser=yes", "UMask=0077"} <= set(unit.splitlines())


@pytest.mark.parametrize("name", ["README.md", "growing.md"])
def test_the_pages_name_only_commands_that_exist(name):
    text = (ROOT / "server" / name).read_text("utf-8")

    named = set(re.findall(r"python server ([a-z][a-z-]+)", text))
    assert named <= set(main.commands)
    assert all(CliRunner().invoke(main, [each, "--help"]).exit_code == 0 for each in named)
