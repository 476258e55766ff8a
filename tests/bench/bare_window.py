"""A window with one plain page and nothing else: `python bare_window.py DEBUG_PORT FOLDER`."""

import sys
from collections.abc import Callable, Iterable

import webview

Start = Callable[[str, list[tuple[str, str]]], object]


def _page(_environ: dict[str, str], start: Start) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b"<!doctype html><html lang=nb><title>Tom</title><h1>Tom</h1></html>"]


if __name__ == "__main__":
    webview.settings["REMOTE_DEBUGGING_PORT"] = int(sys.argv[1])
    webview.create_window("Tom", _page)
    webview.start(gui="qt" if sys.platform == "linux" else None, private_mode=False, storage_path=sys.argv[2])
