"""Where pictures go, how big a screen they are taken on, and which of them are the best."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

PHONE, SMALL, DESK = (390, 844), (320, 640), (1280, 860)
# Whole pages of an organizer may be long; a README needs their beginning only.
TALLEST = 2400


@dataclass(slots=True)
class Album:
    """A folder of pictures, named by where they were taken."""

    folder: Path
    best: frozenset[str] = frozenset()
    taken: list[Path] = field(default_factory=list)

    def take(self, page: Page, name: str) -> None:
        """Photograph a page from its top, below the screen's edge too; of the best, what the screen shows as well."""
        page.wait_for_load_state("load")
        page.evaluate("document.fonts.ready")
        page.evaluate("scrollTo(0, 0)")
        path = self.folder / f"{name}.png"
        if name in self.best:
            page.screenshot(path=self.of_the_best(name))
        size = page.viewport_size or {"width": 0, "height": 0}
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        if size["width"] and height > size["height"]:
            page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": size["width"], "height": height})
        else:
            page.screenshot(path=path)
        self.taken.append(path)

    def of_the_best(self, name: str) -> Path:
        """Say where a picture of one screen lies."""
        return self.folder / f"best-{name}.png"


def screen(
    browser: Browser, size: tuple[int, int], *, dark: bool = False, script: bool = True, locale: str = "nb-NO"
) -> BrowserContext:
    """Open a browser with a screen of this size, as somebody has set it up."""
    width, height = size
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        locale=locale,
        is_mobile=width < 500,
        has_touch=width < 500,
        device_scale_factor=1,
    )
