"""Opens the desktop client: `python -m fotfeste_desktop`."""

import argparse
import logging
import logging.handlers
import sys
import threading
from pathlib import Path

from fotfeste_shared.wording import say

from .app import create_app
from .desk import Desk
from .guard import Guard, serve
from .home import NAME, AlreadyRunning, Home, find_home
from .window import Choice, Window


def main(arguments: list[str] | None = None) -> int:
    """Open the window of the person's own client, or bring forward the one that is open already."""
    options = _options(arguments)
    home = find_home(options.data)
    home.prepare()
    try:
        home.take()
    except AlreadyRunning:
        return 0 if home.knock() else 1
    _log_to(home.log)
    _work(home, options.server)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python desktop", description="The offline client of Fotfeste, for mentors.")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep the person's data here")
    parser.add_argument("--server", metavar="ADDRESS", help="suggest this server when the client is connected")
    return parser.parse_args(arguments)


def _work(home: Home, address: str | None) -> None:
    """Serve the pages, show the window, and put everything away when it is closed."""
    desk = Desk(home, server=address)
    window = Window(home, NAME)
    guard = Guard(create_app(desk), on_knock=window.come_forward)
    server = serve(guard)
    home.tell_instance(guard.host, guard.control)
    threading.Thread(target=server.serve_forever, name="pages", daemon=True).start()
    # asking the key store may take a second: the web view starts meanwhile
    threading.Thread(target=desk.begin, name="key", daemon=True).start()
    try:
        window.show(guard.entrance, NAME, _menu(window), _dialogue_words())
    finally:
        server.shutdown()
        server.server_close()
        desk.close()
        home.leave()


def _menu(window: Window) -> list[Choice]:
    return [
        Choice(say("nb", "Logg samtale"), lambda: window.go("/sessions/new")),
        Choice(say("nb", "Det som venter"), lambda: window.go("/waiting")),
        Choice(""),
        Choice(say("nb", "Avslutt"), window.close),
    ]


def _dialogue_words() -> dict[str, str]:
    """The few words that the window library says by itself."""
    return {
        "global.ok": say("nb", "OK"),
        "global.cancel": say("nb", "Avbryt"),
        "global.quit": say("nb", "Avslutt"),
        "global.saveFile": say("nb", "Lagre fil"),
    }


def _log_to(path: Path) -> None:
    """Keep a small log without answers, for the one who is asked for help."""
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=500_000, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    sys.exit(main())
