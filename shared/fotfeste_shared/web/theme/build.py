"""Join the chosen style files into `static/fotfeste.css`, and make the survey page's own style and script.

Run `python -m fotfeste_shared.web.theme.build` after changing a source; a test holds the results to them.
The survey page has a style and a script of its own, small enough for the first packets of a connection; the
script is made small by terser (through npx), so only a change of that script asks for Node.
Pictures that the vendored files carry as `data:` addresses become files of their own, so that the pages can
forbid such addresses (`img-src 'self'`).
"""

import re
import subprocess
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from fotfeste_shared.forms import digest

HERE = Path(__file__).parent
WEB = HERE.parent
STATIC = WEB / "static"
MADE_FROM = HERE / "survey.made-from"
TERSER = "terser@5.51.2"
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
    """Give every file that the sources make, by its path under `web`."""
    return {
        **staff_styles(),
        "templates/survey.css": survey_style().encode() + b"\n",
    }


def staff_styles() -> dict[str, bytes]:
    """Join theme, components and layout in layers, so that ours win without shouting."""
    pictures: dict[str, bytes] = {}

    def as_file(found: re.Match[str]) -> str:
        """Put one picture in a file named by its content, and point to it."""
        svg = unquote(found[1]).encode()
        path = f"icons/{sha256(svg).hexdigest()[:8]}.svg"
        pictures[f"static/{path}"] = svg
        return f'url("{path}")'

    def vendored(name: str) -> str:
        return PICTURE.sub(as_file, (VENDORED / f"{name}.css").read_text("utf-8"))

    parts = [
        '@charset "UTF-8";',
        "/* Built by web/theme/build.py from Designsystemet (MIT, vendor/README.md) and our layout.css */",
        "@layer ds.theme,ds.base,ds.components,fotfeste;",
        shorter(theme().removeprefix('@charset "UTF-8";')),
        f"@layer ds.base{{{vendored('base')}}}",
        *(f"@layer ds.components{{{vendored(name)}}}" for name in COMPONENTS),
        f"@layer fotfeste{{{shorter((HERE / 'layout.css').read_text('utf-8'))}}}",
    ]
    return {"static/fotfeste.css": "\n".join(parts).encode() + b"\n", **pictures}


def theme() -> str:
    """Read the theme that Designsystemet's own tool made from our colours."""
    return (HERE / "theme.css").read_text("utf-8")


def survey_style() -> str:
    """Put the theme's colours, light and dark, into the survey page's style."""
    light, dark = theme().split("@layer ds.theme.color-scheme.dark", 1)

    def colour(found: re.Match[str]) -> str:
        tokens = light if found[1] == "light" else dark
        token = re.search(rf"--ds-color-{found[2]}: (#[0-9a-fA-F]{{6}});", tokens)
        if token is None:
            raise LookupError(found[0])
        return token[1].lower()

    css = shorter(re.sub(r"\b(light|dark)\(([a-z-]+)\)", colour, (HERE / "survey.css").read_text("utf-8")))
    return re.sub(r"(?<=[:,]) | (?=,)", "", css)


def survey_modules() -> str:
    """Join what the survey page runs into one module; nothing is fetched but that."""
    shared = [(STATIC / name).read_text("utf-8") for name in ("asking.mjs", "questions.mjs")]
    modules = "".join([*shared, (HERE / "survey.mjs").read_text("utf-8")])
    return re.sub(r"^import [^\n]*\n|^export (?=const)", "", modules, flags=re.MULTILINE)


def smaller(module: str) -> bytes:
    """Let terser leave out what is not used and shorten inner names; asked for only when a source has changed."""
    command = ["npx", "--yes", TERSER, "--module", "--compress", "passes=2", "--mangle"]
    return subprocess.run(command, input=module.encode(), capture_output=True, check=True).stdout  # noqa: S603


def main() -> None:
    """Write the built files, and note which modules the small script was made from."""
    for path, content in built().items():
        target = WEB / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    module = survey_modules()
    if MADE_FROM.read_text("utf-8").strip() != digest(module):
        (STATIC / "survey.mjs").write_bytes(smaller(module))
        MADE_FROM.write_text(digest(module) + "\n", "utf-8")


if __name__ == "__main__":
    main()
