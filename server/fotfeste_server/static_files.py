"""Styles and scripts ready compressed, so that a page costs a phone as little as may be."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from whitenoise.compress import Compressor

from fotfeste_shared.web.pages import STATIC


def compressed(folder: Path) -> Path:
    """Give a copy of our static files with `.br` and `.gz` beside them, made once for each version of them."""
    ready = folder / _version()
    if not ready.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made aside and moved, so that a start killed midway, or two at once, leave nothing half done.
        draft = Path(tempfile.mkdtemp(dir=folder))
        copy = shutil.copytree(STATIC, draft / "static", ignore=shutil.ignore_patterns("vendor"))
        compressor = Compressor(quiet=True)
        for path in sorted(copy.rglob("*")):
            if path.is_file() and compressor.should_compress(path.name):
                compressor.compress(str(path))
        try:
            copy.rename(ready)
        except OSError:
            if not ready.exists():
                raise
        shutil.rmtree(draft)
        _forget_others(folder, ready)
    return ready


def _version() -> str:
    """Name the files by their content."""
    content = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            content.update(str(path.relative_to(STATIC)).encode() + b"\0" + path.read_bytes())
    return content.hexdigest()[:16]


def _forget_others(folder: Path, kept: Path) -> None:
    """Take away what earlier versions left behind."""
    for old in folder.iterdir():
        if old != kept and len(old.name) == len(kept.name):
            shutil.rmtree(old, ignore_errors=True)
