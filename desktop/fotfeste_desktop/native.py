"""What the window library leaves to each system's own window: menus that change, dialogues, and print on Qt.

It is handed the library's window and its native one, and knows neither Qt's nor Windows' modules by name.
"""

import logging
import secrets
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .saving import OWN, AskWhere, NotSaved, save_where_asked

log = logging.getLogger(__name__)
PRINTED = "Fotfeste.pdf"


def print_by_file(native: Any, folder: Path, ask: AskWhere) -> None:  # noqa: ANN401 (Qt's own window)
    """Let Qt, whose web view has no print dialogue, write the page as a PDF where the person says."""
    page = native.webview.page()

    def begin() -> None:
        own = folder / f"{OWN}{secrets.token_hex(4)}"
        own.mkdir(mode=0o700)
        page.printToPdf(str(own / PRINTED))

    def finished(path: str, good: bool) -> None:  # noqa: FBT001 (a signal of Qt)
        # the dialogue waits for a person, and this is the thread that would draw it
        threading.Thread(target=_keep, args=(Path(path), good, folder, ask), daemon=True).start()

    page.printRequested.connect(begin)
    page.pdfPrintingFinished.connect(finished)


def _keep(made: Path, good: bool, folder: Path, ask: AskWhere) -> None:  # noqa: FBT001 (as above)
    try:
        if good:
            save_where_asked(lambda own: made.replace(own / PRINTED), ask, folder)
    except NotSaved:
        log.warning("a page could not be printed to that place")
    finally:
        made.unlink(missing_ok=True)
        made.parent.rmdir()


if sys.platform == "win32":
    import ctypes

    from System import Func, Object

    def tell(title: str, sentence: str) -> None:
        """Say something in a box of the system's, when there can be no window of ours."""
        ctypes.windll.user32.MessageBoxW(None, sentence, title, 0x10)

    def on_own_thread(window: Any, act: Callable[[], Any]) -> Any:  # noqa: ANN401 (the window library has no types)
        """Open a dialogue on the window's own thread: on Windows one that is opened from another may never answer."""
        return window.native.Invoke(Func[Object](act))

    def on_each_page(window: Any, act: Callable[[], None]) -> None:  # noqa: ANN401 (as above)
        """Do something after each page that was loaded."""
        window.events.loaded += act

    def relabel(window: Any, labels: Sequence[str]) -> None:  # noqa: ANN401 (as above)
        """Write the lines of the window's one menu anew; an empty label is a line between groups."""

        def write() -> None:
            for strip in window.native.Controls:
                for item, label in zip(getattr(strip, "Items", None) or (), [labels], strict=False):
                    for line, text in zip(item.DropDownItems, label, strict=False):
                        if text:
                            line.Text = text

        window.native.Invoke(Func[Object](write))
else:

    def tell(title: str, sentence: str) -> None:
        """Say something where the program was started, when there can be no window of ours."""
        sys.stderr.write(f"{title}: {sentence}\n")

    def on_own_thread(_window: Any, act: Callable[[], Any]) -> Any:  # noqa: ANN401 (the window library has no types)
        """Open a dialogue; the window library sees to the thread."""
        return act()

    def on_each_page(window: Any, act: Callable[[], None]) -> None:  # noqa: ANN401 (as above)
        """Do something after each page that was loaded, on Qt's own thread; macOS gives no such moment."""
        if sys.platform == "linux":
            window.native.webview.page().loadFinished.connect(lambda _good: act())

    def relabel(window: Any, labels: Sequence[str]) -> None:  # noqa: ANN401 (as above)
        """Write the lines of the window's one menu anew; an empty label is a line between groups."""
        lines = window.native.menuBar().actions()[0].menu().actions()
        for line, label in zip(lines, labels, strict=True):
            if label and line.text() != label:
                line.setText(label)
