"""A page as it is read aloud: Chromium's own account of it, line by line, in the words of a Norwegian screen reader."""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from playwright.sync_api import Page

from fotfeste_shared.web.pages import MONTHS

Node: TypeAlias = dict[str, Any]
WORDS = {
    "banner": "topp", "button": "knapp", "checkbox": "avmerkingsboks", "columnheader": "kolonneoverskrift",
    "combobox": "kombinasjonsboks", "contentinfo": "bunn", "Date": "datofelt", "definition": "forklaring",
    "DisclosureTriangle": "vis mer", "form": "skjema", "group": "gruppe", "heading": "overskrift", "image": "bilde",
    "link": "lenke", "list": "liste", "listitem": "punkt", "main": "hovedinnhold", "navigation": "navigasjon",
    "progressbar": "framdrift", "radio": "alternativknapp", "radiogroup": "gruppe", "region": "område",
    "rowheader": "radoverskrift", "searchbox": "søkefelt", "spinbutton": "tallfelt", "status": "status",
    "table": "tabell", "term": "ord", "textbox": "tekstfelt", "alert": "varsel", "cell": "celle", "Time": "tid",
}  # fmt: skip
# Their words are their name: what is inside them has been said.
SAID_WHOLE = {
    "button", "checkbox", "columnheader", "combobox", "Date", "DisclosureTriangle", "heading", "image", "radio",
    "rowheader", "searchbox", "spinbutton", "textbox",
}  # fmt: skip
LEADING_ON = {"heading", "rowheader", "columnheader"}
# Said with the field or the group to which they belong.
SAID_ELSEWHERE = {"LabelText", "Legend", "Figcaption"}
LEADS_NOWHERE = {"ListMarker", "InlineTextBox", "LineBreak"}
# What another day or another house would say differently.
CHANGING = {
    "‹kode›": re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b"),
    "‹dag›": re.compile(rf"\b\d{{1,2}}\. (?:{'|'.join(MONTHS['nb'].split())}) \d{{4}}|\b\d{{4}}-\d\d-\d\d\b"),
    "‹tid›": re.compile(r"\b\d\d[:.]\d\d\b"),
}


def read_aloud(page: Page) -> list[str]:
    """Give what is said from the top of a page to its end."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    nodes = {node["nodeId"]: node for node in tree}
    return [steady(line) for line in _spoken(tree[0], nodes)]


def steady(line: str) -> str:
    """Take out of a line what differs from one day to the next."""
    for word, pattern in CHANGING.items():
        line = pattern.sub(word, line)
    return line


def _spoken(node: Node, nodes: dict[str, Node]) -> Iterator[str]:
    role, name = _value(node, "role"), " ".join(_value(node, "name").split())
    if role in SAID_ELSEWHERE or role in LEADS_NOWHERE:
        return
    if not node.get("ignored"):
        if role == "StaticText" and name:
            yield name
        elif role in WORDS and (name or role not in {"listitem", "definition", "term", "group", "cell"}):
            yield ", ".join(part for part in (WORDS[role], *_marks(node, nodes), name, *_state(node)) if part)
    if role in SAID_WHOLE or (role == "link" and name):
        return
    for child in node.get("childIds", []):
        if child in nodes:
            yield from _spoken(nodes[child], nodes)


def _value(node: Node, key: str) -> str:
    return str(node.get(key, {}).get("value", ""))


def _marks(node: Node, nodes: dict[str, Node]) -> Iterator[str]:
    """What is said before the name: a heading's level and whether it leads on, and how long a list is."""
    role, known, parts = _value(node, "role"), _properties(node), node.get("childIds", [])
    if role == "heading" and "level" in known:
        yield f"nivå {known['level']}"
    if role in LEADING_ON and any(_value(nodes[part], "role") == "link" for part in parts if part in nodes):
        yield "lenke"
    if role == "list":
        yield "1 punkt" if len(parts) == 1 else f"{len(parts)} punkter"


def _state(node: Node) -> Iterator[str]:
    """What is said after the name: whether it is chosen, asked for or wrong, what stands in it, and its help."""
    known = _properties(node)
    checked = {"true": "valgt", "false": "ikke valgt", "mixed": "delvis valgt"}
    if "checked" in known:
        yield checked[str(known["checked"]).lower()]
    if "expanded" in known:
        yield "åpen" if known["expanded"] else "lukket"
    for mark, word in (("required", "må fylles ut"), ("disabled", "ikke i bruk"), ("readonly", "kan ikke endres")):
        if known.get(mark) is True:
            yield word
    if str(known.get("invalid", "false")) != "false":
        yield "ugyldig"
    yield _value(node, "value")
    yield " ".join(_value(node, "description").split())


def _properties(node: Node) -> dict[str, Any]:
    return {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
