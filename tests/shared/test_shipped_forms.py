"""The shipped definitions are the forms that were asked for: every difference is listed with a reason.

`tests/data/README.md` explains the tables that are read here.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fotfeste_shared.forms import FormDefinition, dump, form_digest, read_form, shipped
from fotfeste_shared.kinds import OneOf, Question, Scaled, SomeOf, Text, kind_of

DATA = Path(__file__).parent.parent / "data"
ASKED_FOR: dict[str, Any] = json.loads((DATA / "forms.json").read_text("utf-8"))
WANTED: dict[str, Any] = {form["key"]: form for form in ASKED_FOR["forms"]}
Found = set[tuple[str, str]]

KINDS = {
    "text": "text",
    "textarea": "text",
    "email": "email",
    "phone": "phone",
    "single": "choice",
    "multi": "choices",
    "likert": "scale",
    "nps": "scale",
    "integer": "number",
    "number": "number",
    "date": "date",
    "bool": "tick",
    "consent": "consent",
    "kommune": "municipality",
    "ref": "reference",
    "computed": "computed",
    "info": "info",
    "group": "rows",
}
PRIVACY = {"nei": "none", "indirekte": "indirect", "direkte": "direct", "særlig": "special", "fritekst": "free_text"}
BOUNDS = [
    "ask_if",
    "shortest",
    "longest",
    "least",
    "most",
    "decimals",
    "quick",
    "not_above",
    "not_after_this_year",
    "preset",
    "earliest",
    "latest",
    "fewest",
    "exclusive",
    "choices_from",
    "among",
    "exactly_one",
    "unique",
    "some",
    "wanted",
    "made_by",
]


def table(name: str) -> dict[str, Any]:
    """Read the parts of one committed table; no key may stand in two of them."""
    together: dict[str, Any] = {}
    for path in sorted(DATA.glob(f"{name}-*.toml")):
        part = tomllib.loads(path.read_text("utf-8"))
        assert not together.keys() & part.keys(), path.name
        together |= part
    return together


DEPARTURES = table("departures")
RULES = table("rules")


def wanted_items(items: list[dict[str, Any]], above: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk what was asked for, at every depth, as `(form.question, item)`."""
    for item in items:
        path = f"{above}.{item['key']}"
        yield path, item
        yield from wanted_items(item["items"] or [], path)


ITEMS = {path: item for form in WANTED.values() for path, item in wanted_items(form["items"], form["key"])}


def questions(form: FormDefinition) -> dict[str, Question]:
    """Every question of a definition by the same paths."""
    return {f"{form.code}.{path}": question for path, question in form.every()}


def plain(thing: object) -> Any:
    """A value as TOML would write it."""
    return json.loads(json.dumps(msgspec.to_builtins(thing)))


def default(question: Question, name: str) -> Any:
    """What an attribute is when the definition does not mention it."""
    field = next(field for field in msgspec.structs.fields(question) if field.name == name)
    return plain(field.default)


# --- what differs ------------------------------------------------------------------------------------


def form_differences(form: FormDefinition) -> Found:
    """What differs in the head of a form, and in which questions it has."""
    wanted = WANTED[form.code]
    intro = (form.intro.nb, form.intro.nn) if form.intro else (None, None)
    pairs = {
        "title": (form.title.nb, wanted["nb"]),
        "minutes": (form.minutes, wanted["minutes"]),
        "waves": (list(form.waves), wanted.get("waves") or []),
        "intro": (intro[0], wanted.get("intro")),
        "intro_nn": (intro[1] if wanted["intro_nn"] else None, wanted["intro_nn"]),
    }
    found = {(form.code, what) for what, (ours, theirs) in pairs.items() if ours != theirs}
    have, want = set(questions(form)), {path for path in ITEMS if path.startswith(f"{form.code}.")}
    return found | {(path, "left_out") for path in want - have} | {(path, "added") for path in have - want}


def question_differences(form: FormDefinition, path: str, question: Question) -> Found:
    """What differs in one question that both have, and which of its bounds nobody asked for."""
    item = ITEMS[path]
    kind = "scale" if item["scale"] else KINDS[item["type"]]
    lines = isinstance(question, Text) and question.lines
    waves = item["waves"] or list(form.waves)
    pairs: dict[str, tuple[object, object]] = {
        "kind": ((kind_of(question), lines), (kind, item["type"] == "textarea")),
        "nb": (question.text.nb, item["nb"]),
        "nn": (question.text.nn, item["nn"] or question.text.nn),
        "help": (question.help and question.help.nb, item["help"]),
        "required": (question.required, item["required"] and form.intake == "ledger"),
        "waves": (list(question.waves or form.waves), waves),
        "privacy": (question.privacy, PRIVACY[item["personal"]]),
        "local_only": (question.local_only, item["local_only"]),
        "carried": (question.carried, item["carry"]),
        "index": (question.index, wanted_index(item)),
        "choices": (our_choices(question), wanted_choices(item)),
        "scale": (our_scale(question), wanted_scale(item, question)),
    }
    return {(path, what) for what, (ours, theirs) in pairs.items() if ours != theirs} | {
        (path, bound) for bound in unasked_bounds(path, question)
    }


def wanted_index(item: dict[str, Any]) -> str | None:
    """The index that an answer counts in, as the prose of `aggregate` names it."""
    named = re.search(r"indeks ([A-ZÆØÅ]\w+)", item["aggregate"])
    return named[1].lower() if named else None


def our_choices(question: Question) -> list[tuple[str, str, str | None]]:
    """Codes and Norwegian texts of our choices; nynorsk only where it was given to us."""
    given = ASKED_FOR["options_nn"]
    choices = question.choices if isinstance(question, OneOf | SomeOf) else ()
    return [(each.code, each.text.nb, each.text.nn if each.text.nb in given else None) for each in choices]


def wanted_choices(item: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """Codes and Norwegian texts of the choices that were asked for."""
    listed = item["options"] or []
    listed = ASKED_FOR["options"][listed] if isinstance(listed, str) else listed
    return [(code, nb, ASKED_FOR["options_nn"].get(nb)) for code, nb, _ in listed]


def our_scale(question: Question) -> list[Any] | None:
    """Values, Norwegian texts and extra of our scale."""
    if not isinstance(question, Scaled):
        return None
    extra = question.scale.extra
    points = question.scale.points
    return [
        [point.value for point in points],
        [point.text.nb for point in points],
        [point.text.nn for point in points],
        extra and [extra.code, extra.text.nb, extra.text.nn],
    ]


def wanted_scale(item: dict[str, Any], question: Question) -> list[Any] | None:
    """The same of the scale that was asked for; `…` stands for the bare numbers between its ends."""
    if not item["scale"] or not isinstance(question, Scaled):
        return None if not item["scale"] else [item["scale"]]
    asked = ASKED_FOR["scales"][item["scale"]]
    nn = asked["nn"] or [point.text.nn for point in question.scale.points]
    if "…" in asked["nb"]:
        between = [str(value) for value in asked["values"][1:-1]]
        texts = [[texts[0], *between, texts[-1]] for texts in (asked["nb"], nn)]
    else:
        texts = [asked["nb"], nn]
    values = [round(value * 10**question.scale.decimals) for value in asked["values"]]
    extra = asked["extra"] and [asked["extra"], *ASKED_FOR["scale_extra"][asked["extra"]]]
    return [values, *texts, extra]


def unasked_bounds(path: str, question: Question) -> list[str]:
    """Bounds of a question that no rule of the forms explains."""
    asked = {name for rule in RULES.get(path, {}).values() for name in rule.get("is", {})}
    set_here = [name for name in BOUNDS if hasattr(question, name)]
    changed = [name for name in set_here if plain(getattr(question, name)) != default(question, name)]
    return [name for name in changed if name not in asked]


# --- the promises ------------------------------------------------------------------------------------


def test_ships_the_forms_that_were_asked_for() -> None:
    assert set(shipped()) == set(WANTED)


@pytest.mark.parametrize("code", sorted(WANTED))
def test_differs_from_what_was_asked_for_only_where_listed(code: str) -> None:
    form = shipped()[code]
    found = form_differences(form)
    for path, question in questions(form).items():
        if path in ITEMS:
            found |= question_differences(form, path, question)
    listed = {
        (path, what)
        for path, entry in DEPARTURES.items()
        if path.split(".")[0] == code
        for what in entry
        if what != "moved"
    }
    assert found - listed == set(), "differs without a reason"
    assert listed - found == set(), "listed, but does not differ"


@pytest.mark.parametrize("code", sorted(WANTED))
def test_asks_in_the_order_that_was_asked_for(code: str) -> None:
    ours = list(questions(shipped()[code]))
    theirs = [path for path in ITEMS if path.split(".")[0] == code]
    both = set(ours) & set(theirs)
    moved = {path for path in both if "moved" in DEPARTURES.get(path, {})}

    def same_order(without: set[str]) -> bool:
        stay = both - without
        return [path for path in ours if path in stay] == [path for path in theirs if path in stay]

    assert same_order(moved)
    assert [path for path in sorted(moved) if same_order(moved - {path})] == [], "listed as moved, but stands in place"


@pytest.mark.parametrize("code", sorted(WANTED))
def test_every_rule_has_become_attributes_or_has_a_keeper(code: str) -> None:
    here = questions(shipped()[code])
    theirs = {
        (path, kind): item[kind]
        for path, item in ITEMS.items()
        if path in here
        for kind in ("show_if", "validation")
        if item[kind]
    }
    ours = {(path, kind): rule for path in RULES if path.split(".")[0] == code for kind, rule in RULES[path].items()}
    assert {where: rule["says"] for where, rule in ours.items()} == theirs
    for (path, kind), rule in ours.items():
        assert rule.get("is") or rule.get("elsewhere"), f"{path} {kind} is kept by nobody"
        for name, value in rule.get("is", {}).items():
            ours_now = kind_of(here[path]) if name == "kind" else plain(getattr(here[path], name))
            assert ours_now == value, f"{path}: {name}"


def test_every_departure_has_a_reason() -> None:
    assert DEPARTURES
    for path, entry in DEPARTURES.items():
        for what, reason in entry.items():
            assert len(reason.split()) >= 2, f"{path}: {what}"


@pytest.mark.parametrize("code", sorted(WANTED))
def test_a_definition_survives_publishing(code: str) -> None:
    form = shipped()[code]
    again = read_form(dump(form))
    assert again == form
    assert form_digest(again) == form_digest(form)


def test_anonymous_forms_are_the_five_that_promise_it() -> None:
    anonymous = {code for code, form in shipped().items() if form.intake == "envelope"}
    assert anonymous == {code for code, form in WANTED.items() if form["identity"].startswith("anonym")}
    for code in anonymous:
        assert not any(question.required for question in questions(shipped()[code]).values())


def test_free_text_of_anonymous_forms_warns_beside_the_box() -> None:
    for form in shipped().values():
        for question in questions(form).values():
            if form.intake == "envelope" and question.privacy == "free_text":
                assert question.help is not None, question.code
                assert "navn" in question.help.nb
                assert "pasient" in question.help.nb


def test_what_reveals_health_belief_or_a_new_employee_is_kept_apart() -> None:
    apart = {path for form in shipped().values() for path, question in questions(form).items() if question.kept_apart}
    assert apart == {
        "pamelding_samling.mat",
        "pamelding_samling.mat_annet",
        "pamelding_samling.tilrettelegging",
        "kobling.kontakt",
    }


def test_a_new_employee_meets_at_most_four_themes_each_time() -> None:
    form = shipped()["nyansatt"]
    for wave in form.waves:
        themes = [
            section
            for section in form.sections
            if any(not question.waves or wave in question.waves for question in section.questions)
        ]
        assert len(themes) <= 4, wave
