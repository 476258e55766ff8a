"""The screens speak three languages: every Norwegian sentence in code and templates has both translations."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from project_files import PACKAGES, ours

from fotfeste_shared.wording import catalogue

LOCALE = PACKAGES[0] / "locale"
# Words that no English sentence or code has; one of them makes a text Norwegian.
COMMON = "ikke|og|er|du|det|en|et|til|har|kan|skal|ditt|din|deg|vi|av|med|eller|alle|ingen"
NORWEGIAN = re.compile(rf"[æøåÆØÅ]|\b({COMMON})\b")
SENTENCE = re.compile(r"[A-ZÆØÅ«].*\s.*[.?!]", re.DOTALL)
SPOKEN = re.compile(r"""\b_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
BRACES = re.compile(r"\{(\w*)")


def tables() -> dict[str, dict[str, dict[str, str]]]:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(LOCALE.glob("*.toml"))}


def said_in_templates() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in ours(".html", ".xml", ".svg", ".txt", within=package):
            for found in SPOKEN.finditer(path.read_text("utf-8")):
                yield path.name, (found[1] or found[2]).replace('\\"', '"').replace("\\'", "'")


def said_in_python(path: Path) -> Iterator[tuple[str, str]]:
    """Give what is spoken for certain (an argument of `_` or `say`), and what reads as a Norwegian sentence."""
    tree = ast.parse(path.read_text("utf-8"))
    silent = {id(constant) for node in ast.walk(tree) for constant in docstring_or_words(node)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="_" | "spoken"), args=[ast.Constant(value=str(text)), *_]):
                yield f"{path.name}:{node.lineno}", text
            case ast.Call(func=ast.Name(id="say"), args=[_, ast.Constant(value=str(text)), *_]):
                yield f"{path.name}:{node.lineno}", text
            case ast.Constant(value=str(text)) if id(node) not in silent and norwegian(text):
                yield f"{path.name}:{node.lineno}", text


def docstring_or_words(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Expr(value=ast.Constant() as docstring):
            yield docstring
        case ast.Call(func=ast.Name(id="Words")):
            yield from [*node.args, *(keyword.value for keyword in node.keywords)]


def norwegian(text: str) -> bool:
    return SENTENCE.fullmatch(text) is not None and NORWEGIAN.search(text) is not None


def said() -> list[tuple[str, str]]:
    modules = [path for package in PACKAGES for path in ours(".py", within=package)]
    return [*said_in_templates(), *(spoken for path in modules for spoken in said_in_python(path))]


def test_every_sentence_has_both_translations():
    known = catalogue()

    assert sorted({f"{place}: {text}" for place, text in said() if text not in known}) == []


def test_every_translation_is_whole():
    every = [(area, text, words) for area, table in tables().items() for text, words in table.items()]

    assert every
    for area, text, words in every:
        assert {"nn", "en"} == words.keys(), f"{area}: {text}"
        for language, translated in words.items():
            assert sorted(BRACES.findall(text)) == sorted(BRACES.findall(translated)), f"{area} {language}: {text}"


def test_no_sentence_is_translated_in_two_ways():
    seen: dict[str, dict[str, str]] = {}
    for table in tables().values():
        for text, words in table.items():
            assert seen.setdefault(text, words) == words


def test_no_translation_is_left_over():
    sources = [path.read_text("utf-8") for package in PACKAGES for path in ours(".py", ".html", ".mjs", within=package)]
    text = re.sub(r'"\s*\n\s*f?"', "", "\n".join(sources)).replace('\\"', '"')

    assert [sentence for sentence in catalogue() if sentence not in text] == []


def test_no_template_speaks_without_the_catalogue():
    templates = [path for package in PACKAGES for path in ours(".html", within=package)]

    assert [f"{path.name}: {text}" for path in templates for text in bare(path)] == []


def bare(path: Path) -> Iterator[str]:
    text = re.sub(r"\{#.*?#\}|<(script|style|!--).*?(</\1>|-->)", " ", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\n", text, flags=re.DOTALL)
    for piece in re.split(r"<[^>]*>|\n", text):
        if re.search(r"[a-zæøå]{2}\s+[a-zæøå]{2}", piece, re.IGNORECASE) or NORWEGIAN.search(piece):
            yield piece.strip()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise Problem("Du har ikke svart.")\n', ["Du har ikke svart."]),
        ('say(language, "Lagre")\n', ["Lagre"]),
        ('"""Fortell det.\n\nDu har ikke svart."""\nlog.info("Could not write the file.")\n', []),
        ('Words(nb="Du har ikke svart.", nn="Du har ikkje svart.", en="You have not answered.")\n', []),
    ],
)
def test_spoken_sentences_are_found(tmp_path, source, found):
    path = tmp_path / "speaking.py"
    path.write_text(source, "utf-8")

    assert found == sorted({text for _, text in said_in_python(path)})


def test_bare_words_in_a_template_are_found(tmp_path):
    path = tmp_path / "page.html"
    path.write_text('<p title="x">{{ _("Hei du") }}</p>{# en og to #}\n<p>Hei på deg</p>\n', "utf-8")

    assert list(bare(path)) == ["Hei på deg"]
