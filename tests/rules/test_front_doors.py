"""The front doors on a machine with only Python: they install once, survive a kill, and speak plainly."""

import ast
import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from project_files import ROOT

DOORS = ["server", "desktop", "tests"]
# A port of this machine that nothing listens on: what a program meets without network.
NOWHERE = "http://127.0.0.1:9/simple"
# Stands where the locked installer stands, hands over to the real one, and can be made to hang.
INSTALLER = """import os, subprocess, sys, time
from pathlib import Path
if "HANG" in os.environ:
    Path(os.environ["HANG"]).touch()
    time.sleep(600)
sys.exit(subprocess.call([os.environ["REAL_UV"], *sys.argv[1:]]))
"""


def wheel(folder: Path, name: str, files: dict[str, str]) -> str:
    """Write a wheel and give the line that locks it."""
    about = f"{name}-1.dist-info"
    files = files | {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},sha256={short(text)},{len(text.encode())}\n" for file, text in files.items())
    path = folder / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**files, f"{about}/RECORD": f"{record}{about}/RECORD,,\n"}.items():
            archive.writestr(file, text)
    return f"{name}==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def short(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class House:
    """A copy of the doors with a small server behind them, and its packages in a folder of wheels."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for file in ("server/__main__.py", "shared/bootstrap.py", "shared/right_python.py"):
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, root / file)
        wheels = root / "wheels"
        wheels.mkdir()
        installer = wheel(wheels, "uv", {"uv/__init__.py": "", "uv/__main__.py": INSTALLER})
        (root / "shared/installer.txt").write_text(installer, "utf-8")
        self.lock = root / "server/requirements.txt"
        self.lock.write_text(wheel(wheels, "greeting", {"greeting.py": "WORDS = 'God dag'\n"}), "utf-8")
        package = root / "server/fotfeste_server"
        package.mkdir()
        (package / "cli.py").write_text("import sys, greeting\nprint(greeting.WORDS, *sys.argv[1:])\n", "utf-8")
        users_own = ("PIP_", "UV_", "PYTHON")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(users_own)},
            "REAL_UV": str(Path(sys.executable).with_name("uv")),
            "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels),
            "UV_NO_CONFIG": "1", "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(wheels),
        }  # fmt: skip

    def start(self, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "server", "hei"],
            cwd=self.root,
            env={name: value for name, value in (self.environment | environment).items() if value},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def open(self, **environment: str) -> tuple[int, str, str]:
        process = self.start(**environment)
        said, complained = process.communicate(timeout=120)
        return process.returncode, said, complained


@pytest.fixture
def house(tmp_path) -> House:
    return House(tmp_path)


def test_first_start_installs_and_shows_it_and_later_starts_only_start(house):
    first = house.open()
    second = house.open()

    assert first[:2] == (0, "God dag hei\n")
    for part in ("1/3 virtual environment", "2/3 installer", "3/3 packages, 1 in the lock", " s\n"):
        assert part in first[2]
    assert second == (0, "God dag hei\n", "")


@pytest.mark.skipif(os.name == "nt", reason="kills a process group, which Windows does not have")
def test_an_installation_killed_midway_is_made_again(house):
    reached = house.root / "reached"
    process = house.start(HANG=str(reached))
    while not reached.exists():
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()

    code, said, told = house.open()

    assert (code, said) == (0, "God dag hei\n")
    assert "prepares «server»" in told


def test_two_starts_at_once_install_once_and_both_start(house):
    starts = [house.start(), house.start()]
    answers = [start.communicate(timeout=120) for start in starts]

    assert ["God dag hei\n"] * 2 == [said for said, _ in answers]
    assert sum("prepares «server»" in told for _, told in answers) == 1


@pytest.mark.parametrize(
    "cut",
    [
        {"PIP_NO_INDEX": "", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": NOWHERE, "PIP_RETRIES": "0"},
        {"UV_NO_INDEX": "", "UV_FIND_LINKS": "", "UV_DEFAULT_INDEX": NOWHERE, "UV_HTTP_RETRIES": "0"},
    ],
    ids=["before the installer", "after the installer"],
)
def test_without_network_it_says_what_is_missing_and_how_to_go_on(house, cut):
    code, said, told = house.open(**cut)

    assert (code, said) == (1, "")
    assert "Traceback" not in told
    assert "Missing: packages that could not be fetched" in told
    assert "pip download --require-hashes -d wheels -r server/requirements.txt" in told
    assert "PIP_FIND_LINKS=wheels UV_NO_INDEX=1 UV_FIND_LINKS=wheels python server" in told
    assert house.open()[:2] == (0, "God dag hei\n")


def test_a_package_is_refused_until_the_lock_names_it(house):
    other = wheel(house.root / "wheels", "greeting", {"greeting.py": "WORDS = 'Hei'\n"})

    refused = house.open()
    house.lock.write_text(other, "utf-8")
    taken = house.open()

    assert refused[:2] == (1, "")
    assert "hash" in refused[2].lower()
    assert taken[:2] == (0, "Hei hei\n")


def pretend(root: Path, door: str, pretence: str) -> tuple[int, str]:
    program = f"import runpy, sys; {pretence}; sys.argv = [{door!r}]; runpy.run_path({door!r}, None, '__main__')"
    asked = [sys.executable, "-c", program]
    done = subprocess.run(asked, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0)])
def test_another_python_is_refused_politely(door, version):
    code, told = pretend(ROOT, door, f"sys.version_info = {version}")

    assert code == 1
    assert "needs Python 3.11, 3.12 or 3.13, and this is Python {}.{}".format(*version) in told
    assert "Traceback" not in told


@pytest.mark.parametrize("file", [*(f"{door}/__main__.py" for door in DOORS), "shared/right_python.py"])
def test_an_old_python_can_read_the_refusal(file):
    ast.parse((ROOT / file).read_text("utf-8"), feature_version=(3, 6))


@pytest.mark.skipif(os.name == "nt", reason="Windows has its own ways of finding programs")
def test_with_ci_a_missing_group_of_tests_is_a_failure():
    code, told = pretend(ROOT, "tests", "import os; os.environ.update(PATH='', CI='true')")

    assert code == 1
    assert "The browser tests cannot run. Install: " in told
    assert "With CI=true every group of tests must run." in told


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_with_ci_a_skipped_test_is_a_failure(tmp_path, ci, code):
    (tmp_path / "test_skipped.py").write_text("import pytest\n\ndef test_it():\n    pytest.skip('no')\n", "utf-8")
    roots = [str(ROOT / part) for part in ("tests", "shared")]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": os.pathsep.join(roots), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    asked = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "conftest", "test_skipped.py"]
    done = subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == code, done.stdout


def test_a_python_that_cannot_make_environments_is_told_what_to_install(house):
    code, told = pretend(house.root, "server", "sys.modules['ensurepip'] = None")

    assert code == 1
    assert "sudo apt-get install python{}.{}-venv".format(*sys.version_info[:2]) in told
    assert "Traceback" not in told
