"""The window: a frame around the local pages, and nothing more; the only module that knows pywebview."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import webview
from webview.menu import Menu, MenuAction, MenuSeparator

from fotfeste_shared.wording import Language, as_language, say

from .home import Home
from .native import on_each_page, on_own_thread, print_by_file, relabel, tell

DEFAULT_SIZE = (1100, 820)
SMALLEST_SIZE = (420, 480)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the window's menu; without an act it is a line between groups."""

    label: str
    act: Callable[[], None] | None = None


class Window:
    """The one window of the program, which remembers its size."""

    def __init__(self, home: Home, title: str) -> None:
        self._home = home
        self._size = _remembered_size(home)
        self._maximized = home.recall().get("maximized") is True
        self._title = title
        self._window: Any = None
        self._origin = ""
        self._menu: Callable[[], list[Choice]] = list

    def show(self, entrance: str, menu: Callable[[], list[Choice]], words: dict[str, str]) -> None:
        """Open the window and stay until the person closes it; must run in the program's main thread.

        `menu` is asked again after each page, since the person may have chosen another language on it.
        """
        self._menu = menu
        self._origin = entrance.partition("/_start")[0]
        _allow_test_port()
        # Qt's web view writes dates as its own locale does, which is American unless told
        os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--lang=nb")
        self._window = webview.create_window(
            self._title,
            entrance,
            width=self._size[0],
            height=self._size[1],
            min_size=SMALLEST_SIZE,
            maximized=self._maximized,
            text_select=True,  # both are off by default, and both are needed by people who see badly
            zoomable=True,
        )
        language = as_language(str(self._home.recall().get("language", "")))
        self._window.events.initialized += lambda renderer: _has_engine(renderer, language)
        self._window.events.resized += self._resized
        self._window.events.maximized += lambda: self._grown(True)
        self._window.events.restored += lambda: self._grown(False)
        self._window.events.closing += self._remember
        self._window.events.before_show += self._made
        webview.start(
            gui="qt" if sys.platform == "linux" else None,
            menu=[Menu(self._title, [_item(choice) for choice in menu()])],
            private_mode=False,  # private mode would delete its storage folder at exit
            storage_path=str(self._home.browser),
            localization=words,
        )

    def come_forward(self) -> None:
        """Bring the window to the front, because the person started the program again."""
        if self._window is not None:
            self._window.restore()
            self._window.show()

    def go(self, path: str) -> None:
        """Open one of our own pages, as a menu line does."""
        self._window.load_url(self._origin + path)

    def ask_where(self, name: str) -> Path | None:
        """Ask where to save a file, in the system's own dialogue; None when the person thought better of it."""
        kept = self._home.recall().get("saved_in")
        folder = kept if isinstance(kept, str) and Path(kept).is_dir() else platformdirs.user_downloads_dir()
        chosen = on_own_thread(
            self._window,
            lambda: self._window.create_file_dialog(webview.FileDialog.SAVE, directory=folder, save_filename=name),
        )
        if not chosen:
            return None
        path = Path(chosen if isinstance(chosen, str) else chosen[0])
        self._home.remember(saved_in=str(path.parent))
        return path

    def close(self) -> None:
        """Close the window, and with it the program."""
        self._window.destroy()

    def _made(self) -> None:
        # on the window's own thread, which `shown` is not: Qt falls when another one lays hands on its page
        on_each_page(self._window, lambda: relabel(self._window, [choice.label for choice in self._menu()]))
        if sys.platform == "linux":
            print_by_file(self._window.native, self._home.folder, self.ask_where)

    def _resized(self, width: float, height: float) -> None:
        if not self._maximized:
            self._size = (int(width), int(height))

    def _grown(self, maximized: bool) -> None:  # noqa: FBT001 (an event of the window library)
        self._maximized = maximized

    def _remember(self) -> None:
        # only Python data here: asking the window anything while it closes would hang it
        self._home.remember(width=self._size[0], height=self._size[1], maximized=self._maximized)


def dialogue_words(language: Language) -> dict[str, str]:
    """What the window library says by itself: its own words are English."""
    return {
        "global.ok": say(language, "OK"),
        "global.cancel": say(language, "Avbryt"),
        "global.quit": say(language, "Avslutt"),
        "global.quitConfirmation": say(language, "Vil du avslutte?"),
        "global.saveFile": say(language, "Lagre fil"),
        "windows.fileFilter.allFiles": say(language, "Alle filer"),
        "windows.fileFilter.otherFiles": say(language, "Andre filtyper"),
        "linux.openFile": say(language, "Åpne fil"),
        "linux.openFiles": say(language, "Åpne filer"),
        "linux.openFolder": say(language, "Åpne mappe"),
        "cocoa.menu.about": say(language, "Om"),
        "cocoa.menu.services": say(language, "Tjenester"),
        "cocoa.menu.view": say(language, "Vis"),
        "cocoa.menu.edit": say(language, "Rediger"),
        "cocoa.menu.hide": say(language, "Skjul"),
        "cocoa.menu.hideOthers": say(language, "Skjul andre"),
        "cocoa.menu.showAll": say(language, "Vis alle"),
        "cocoa.menu.quit": say(language, "Avslutt"),
        "cocoa.menu.fullscreen": say(language, "Fullskjerm"),
        "cocoa.menu.cut": say(language, "Klipp ut"),
        "cocoa.menu.copy": say(language, "Kopier"),
        "cocoa.menu.paste": say(language, "Lim inn"),
        "cocoa.menu.selectAll": say(language, "Merk alt"),
    }


def _item(choice: Choice) -> MenuAction | MenuSeparator:
    return MenuAction(choice.label, choice.act) if choice.act else MenuSeparator()


def _has_engine(renderer: str, language: Language) -> bool:
    """Without WebView2 Windows would fall back, in silence, to the engine of Internet Explorer: say so instead."""
    if renderer != "mshtml":
        return True
    sentence = "Maskinen mangler Microsoft Edge WebView2 Runtime. Be den som drifter maskinen om å installere det."
    tell("Fotfeste", say(language, sentence))
    return False


def _allow_test_port() -> None:
    """Let tests drive the window; a released (frozen) program never opens such a door."""
    port = os.environ.get("FOTFESTE_TEST_DEBUG_PORT")
    if port and not getattr(sys, "frozen", False):
        webview.settings["REMOTE_DEBUGGING_PORT"] = int(port)


def _remembered_size(home: Home) -> tuple[int, int]:
    kept = home.recall()
    width, height = kept.get("width"), kept.get("height")
    if not isinstance(width, int) or not isinstance(height, int):
        return DEFAULT_SIZE
    return max(width, SMALLEST_SIZE[0]), max(height, SMALLEST_SIZE[1])
