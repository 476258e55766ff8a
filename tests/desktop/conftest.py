"""Things of the desktop's tests: its own folder, and programs of ours in processes of their own."""

import os
import sys

import pytest

from fotfeste_desktop.home import Home


@pytest.fixture
def home(tmp_path):
    umask = os.umask(0o022)
    home = Home(tmp_path / "home")
    home.prepare()
    yield home
    home.leave()
    os.umask(umask)


@pytest.fixture(scope="session")
def environment():
    """What a process of ours needs to find our packages, wherever the tests were started from."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
