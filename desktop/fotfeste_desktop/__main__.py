"""Opens the desktop client: `python -m fotfeste_desktop`."""

import argparse
import logging
import logging.handlers
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import NoReturn

from fotfeste_shared.wording import Language, as_language, say

from .addresses import suggested_address
from .guard import Guard, serve
from .home import NAME, AlreadyRunning, Home, find_home
from .late import LatePages
from .places import Refused, why_unsafe
from .window import Choice, Window, dialogue_words

SHORT_TURNS = 0.0005  # seconds


def main(arguments: list[str] | None = None) -> int:
    """Open the window of the person's own client, or bring forward the one that is open already."""
    options = _options(arguments)
    home = find_home(options.data)
    if options.diagnose:
        return _diagnose(home)
    if why := why_unsafe(home.folder):
        return _refuse(Refused(home.folder, why))
    home.prepare()
    try:
        home.take()
    except AlreadyRunning:
        return 0 if home.knock() else 1
    _log_to(home.log)
    _work(home, server=suggested_address(options.server))
    return 0


def _diagnose(home: Home) -> int:
    """Say how things stand; a packaged program has nowhere to print, so it leaves a file beside the log, too."""
    from .diagnosing import diagnosis

    told = diagnosis(home)
    if sys.stdout:
        sys.stdout.write(told)
    if home.log.parent.exists():
        home.log.with_name("diagnosis.txt").write_text(told, "utf-8")
    return 0


def _refuse(refused: Refused) -> int:
    """Say in a window of its own why this folder is not used; nothing is written there."""
    with tempfile.TemporaryDirectory(prefix="fotfeste-", ignore_cleanup_errors=True) as empty:
        home = Home(Path(empty))
        home.prepare()
        _work(home, refused=refused)
    return 1


def _options(arguments: list[str] | None) -> argparse.Namespace:
    name = "fotfeste" if getattr(sys, "frozen", False) else "python desktop"
    parser = argparse.ArgumentParser(prog=name, description="The offline client of Fotfeste, for mentors.")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep the person's data here")
    parser.add_argument("--server", metavar="ADDRESS", help="suggest this server when the client is connected")
    parser.add_argument("--diagnose", action="store_true", help="tell how things stand on this computer, and end")
    return parser.parse_args(arguments)


def _work(home: Home, server: str | None = None, refused: Refused | None = None) -> None:
    """Serve the pages, show the window, and put everything away when it is closed."""
    window = Window(home, NAME)
    pages = LatePages(home, server, refused, window.ask_where)
    guard = Guard(pages, on_knock=window.come_forward)
    door = serve(guard)
    home.tell_instance(guard.host, guard.control)
    threading.Thread(target=door.serve_forever, name="door", daemon=True).start()
    # Loading ours and asking the key store may take a second: the web view starts meanwhile. With Python's usual
    # turns each of the two would wait five milliseconds for the other after every file that it reads.
    sys.setswitchinterval(SHORT_TURNS)
    threading.Thread(target=pages.make, name="pages", daemon=True).start()
    try:
        window.show(guard.entrance, lambda: _menu(home, window), dialogue_words(_language(home)))
    finally:
        door.shutdown()
        door.server_close()
        pages.close()
        home.leave()


def _language(home: Home) -> Language:
    """The language that was chosen last: the window's own words are made before any page."""
    return as_language(str(home.recall().get("language", "")))


def _menu(home: Home, window: Window) -> list[Choice]:
    language = _language(home)
    return [
        Choice(say(language, "I dag"), lambda: window.go("/")),
        Choice(say(language, "Logg samtale"), lambda: window.go("/sessions/new")),
        Choice(say(language, "Det som venter"), lambda: window.go("/waiting")),
        Choice(""),
        Choice(say(language, "Hurtigtaster"), lambda: window.go("/keys")),
        Choice(say(language, "Innstillinger"), lambda: window.go("/settings")),
        Choice(""),
        Choice(say(language, "Avslutt"), window.close),
    ]


def _log_to(path: Path) -> None:
    """Keep a small log without answers, for the one who is asked for help."""
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=500_000, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def run() -> NoReturn:
    """Open the client, and end with it.

    All is put away by then. The window library may have a thread left that waits for the word of a page which was
    closed amid its loading; it would hold the folder, and the next start would find nobody to bring forward.
    """
    code = main()
    logging.shutdown()
    for out in (sys.stdout, sys.stderr):
        if out:  # a packaged program on Windows has none
            out.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
