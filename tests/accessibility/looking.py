"""What a page is in the hands of somebody with a keyboard, a narrow screen, large text or colours of their own."""

from playwright.sync_api import Page

TABLE_OF_TARGETS = "button, select, input:not([type=hidden]), textarea, summary, nav a, label.o, label.option"
SMALLEST = f"""() => Math.min(...[...document.querySelectorAll("{TABLE_OF_TARGETS}")]
  .filter((each) => each.checkVisibility() && !each.closest("label > *, .ds-sr-only, .ds-skip-link"))
  .map((each) => {{
    const around = /checkbox|radio|file/.test(each.type) && each.closest("label, .ds-field");
    return Math.round((around || each).getBoundingClientRect().height * 10) / 10;
  }}).filter((height) => height > 0), 999)"""
LINES = """() => [...new Set(document.body.innerText.split("\\n").map((line) => line.trim()).filter(Boolean))]"""
TABLES = """() => [...document.querySelectorAll("details table td")].map((each) => each.textContent.trim())"""
WIDER = "document.documentElement.scrollWidth > innerWidth + 1"
# WCAG 1.4.12: the spacing that a reader may ask for.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
LARGE = "html { font-size: 200% !important; }"
CUT = """() => [...document.querySelectorAll("main *")].filter((each) => {
  const style = getComputedStyle(each);
  return each.checkVisibility() && each.innerText && !each.closest(".ds-sr-only")
    && /hidden|clip/.test(style.overflowY) && each.scrollHeight > each.clientHeight + 4 && each.clientHeight > 4;
}).map((each) => each.outerHTML.slice(0, 80))"""
MOVES = """() => document.getAnimations().filter((each) => each.playState === "running").length"""
FOCUS = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  if (!at || at === document.body) return null;
  window.met ??= new Map();
  if (!window.met.has(at)) window.met.set(at, window.met.size);
  const around = at.closest("label, .ds-field") ?? at, near = getComputedStyle(around);
  const ring = (each) => (each.outlineStyle !== "none" && parseFloat(each.outlineWidth) >= 2)
    || each.boxShadow !== "none";
  return {number: window.met.size, seen: (ring(style) || ring(near)) && box.width > 0 && box.height > 0,
    id: window.met.get(at), what: at.outerHTML.slice(0, 90)};
}"""
MOST_STOPS = 600


def smallest_target(page: Page) -> float:
    """Measure the lowest thing to press; 999 where there is none."""
    return page.evaluate(SMALLEST)


def walk(page: Page) -> tuple[int, list[str], list[str]]:
    """Tab through a page: how many stops, those without a visible ring, and where one is caught."""
    invisible, trapped, last = [], [], None
    for pressed in range(MOST_STOPS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at is None or (at["id"] == 0 and pressed):
            return pressed, invisible, trapped
        # Parts of a date field are one element to us and several stops to the keyboard, each marked by the browser.
        inside = at["id"] == last and ('type="date"' in at["what"] or 'type="time"' in at["what"])
        if not at["seen"] and not inside:
            invisible.append(at["what"])
        if at["id"] == last and not inside:
            return pressed, invisible, [at["what"]]
        last = at["id"]
    return MOST_STOPS, invisible, ["never comes round"]


def losses(page: Page) -> list[str]:
    """Look at a page as people set it up for themselves; tells what is lost of it on the way."""
    lost = []
    # A narrow plot leaves out figures that stand in the table under it.
    before = set(page.evaluate(LINES)) - set(page.evaluate(TABLES))
    wide = page.viewport_size or {"width": 1280, "height": 800}
    for name, width, style in (
        ("320 pixels", 320, ""), ("200 percent", wide["width"] // 2, ""), ("large text", wide["width"], LARGE),
        ("text spacing", wide["width"], SPACING),
    ):  # fmt: skip
        page.set_viewport_size({"width": width, "height": wide["height"]})
        added = page.add_style_tag(content=style or "/* as it is */")
        lost += [f"{name}: scrolls sideways"] if page.evaluate(WIDER) else []
        lost += [f"{name}: cut off: {what}" for what in page.evaluate(CUT)]
        lost += [f"{name}: gone: {line}" for line in sorted(before - set(page.evaluate(LINES)))]
        added.evaluate("each => each.remove()")
    page.set_viewport_size(wide)
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    lost += [f"forced colours: gone: {line}" for line in sorted(before - set(page.evaluate(LINES)))]
    lost += ["reduced motion: something moves"] if page.evaluate(MOVES) else []
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    return lost


def lines(page: Page) -> set[str]:
    """What a page shows, line by line."""
    return set(page.evaluate(LINES))
