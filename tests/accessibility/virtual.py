"""A virtual screen reader that goes through a page from its top to its end; it comes from npm's lock."""

from pathlib import Path

from playwright.sync_api import Page

PROGRAM = "@guidepup/virtual-screen-reader/lib/esm/index.browser.js"
AT = "/virtual-screen-reader.mjs"
READ = """async (at) => {
  const { virtual } = await import(at);
  await virtual.start({ container: document.body });
  for (let step = 0; step < 3000; step++) {
    if ((await virtual.lastSpokenPhrase()) === "end of document") break;
    await virtual.next();
  }
  const said = await virtual.spokenPhraseLog();
  await virtual.stop();
  return said;
}"""


def read_by_program(page: Page, parts: Path) -> list[str]:
    """Give every phrase that it says, in the order in which it comes."""
    page.route(f"**{AT}", lambda route: route.fulfill(path=parts / PROGRAM, content_type="text/javascript"))
    return page.evaluate(READ, AT)
