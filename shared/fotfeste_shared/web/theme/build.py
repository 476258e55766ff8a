"""Join the chosen style files into `static/fotfeste.css`, which the staff pages and the desktop load.

Run `python -m fotfeste_shared.web.theme.build` after changing a source; a test holds the result to its sources.
Pictures that the vendored files carry as `data:` addresses become files of their own, so that the pages can
forbid such addresses (`img-src 'self'`).
"""

import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

HERE = Path(__file__).parent
STATIC = HERE.parent / "static"
VENDORED = STATIC / "vendor" / "designsystemet"

COMPONENTS = (
    "heading",
    "paragraph",
    "link",
    "list",
    "label",
    "button",
    "input",
    "field",
    "fieldset",
    "validation-message",
    "error-summary",
    "alert",
    "card",
    "table",
    "tag",
    "details",
    "skip-link",
    "divider",
    "breadcrumbs",
)
PICTURE = re.compile(r'url\("data:image/svg\+xml;charset=utf-8,([^"]+)"\)')


def shorter(css: str) -> str:
    """Drop comments and needless space; our sources hold no texts in which space matters."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};]) ?", r"\1", css).replace(";}", "}").strip()


def built() -> dict[str, bytes]:
    """Give every file that the sources make, by its path under `static`."""
    pictures: dict[str, bytes] = {}

    def as_file(found: re.Match[str]) -> str:
        """Put one picture in a file named by its content, and point to it."""
        svg = unquote(found[1]).encode()
        path = f"icons/{sha256(svg).hexdigest()[:8]}.svg"
        pictures[path] = svg
        return f'url("{path}")'

    def vendored(name: str) -> str:
        return PICTURE.sub(as_file, (VENDORED / f"{name}.css").read_text("utf-8"))

    theme = shorter((HERE / "theme.css").read_text("utf-8").removeprefix('@charset "UTF-8";'))
    parts = [
        '@charset "UTF-8";',
        "/* Built by web/theme/build.py from Designsystemet (MIT, see vendor/README.md) and our layout.css */",
        "@layer ds.theme,ds.base,ds.components,fotfeste;",
        theme,
        f"@layer ds.base{{{vendored('base')}}}",
        *(f"@layer ds.components{{{vendored(name)}}}" for name in COMPONENTS),
        f"@layer fotfeste{{{shorter((HERE / 'layout.css').read_text('utf-8'))}}}",
    ]
    return {"fotfeste.css": "\n".join(parts).encode() + b"\n", **pictures}


def main() -> None:
    """Write the built files."""
    for path, content in built().items():
        target = STATIC / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
