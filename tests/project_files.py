"""The project's own files, for tests that read them: no vendored ones and nothing that running has made."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [ROOT / part / f"fotfeste_{part}" for part in ("shared", "server", "desktop")]
# Walking instead of asking git: the rules also hold in a copy that was downloaded as an archive.
_MADE = {".git", ".venv", "var", "wheels", "dist", "vendor", "__pycache__", ".hypothesis", ".pytest_cache"}
_MADE |= {".ruff_cache", ".mypy_cache", ".import_linter_cache", "node_modules"}


def ours(*suffixes: str, within: Path = ROOT) -> Iterator[Path]:
    """Every file of ours below a folder, with one of the given endings, or all."""
    for entry in sorted(within.iterdir()):
        if entry.is_dir():
            if entry.name not in _MADE:
                yield from ours(*suffixes, within=entry)
        elif not suffixes or entry.suffix in suffixes:
            yield entry


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """A text file's lines, each with its place as a person would write it."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        yield f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{number}", line
