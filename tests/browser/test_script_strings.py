"""Texts that would be scripts elsewhere are only texts here: in every field, on every page, in a real browser.

The short form writes all strings into each field at once; `FOTFESTE_ATTACKS=long` tries them one by one.
"""

import os

import pytest
from browser.making_pages import serving
from making_house import COOKIE, begin_session, close_app, furnish, open_app, report
from server.test_mass_assignment import Reader, forms_of, is_questionnaire

from fotfeste_server.named.people import person_by_email
from fotfeste_server.named.pushing import push_items

pytestmark = pytest.mark.browser
STRINGS = tuple(
    text.replace("!", "window.hurt=1")
    for text in (
        "<script>!</script>", "<img src=x onerror=!>", "<svg onload=!>", '"><script>!</script>',
        "'><img src=x onerror=!>", '" onfocus=! autofocus x="', "' onmouseover=! x='", "<body onload=!>",
        "<iframe srcdoc='<script>parent.hurt=1</script>'>", "<a href='javascript:!'>x</a>", "javascript:!",
        "data:text/html,<script>!</script>", "<math><mtext><script>!</script>", "</title><script>!</script>",
        "</textarea><script>!</script>", "</style><script>!</script>", "</script><script>!</script>",
        "<!--><script>!</script>", "<![CDATA[<script>!</script>]]>", "{{7*7}}", "{% print(7*7) %}", "${!}", "<%=!%>",
        "#{!}", "<details open ontoggle=!>", "<video><source onerror=!>", "<input autofocus onfocus=!>",
        "<marquee onstart=!>", "<object data='javascript:!'>", "<embed src='javascript:!'>",
        "<form action='javascript:!'><button>x</button>", "<base href='//ond.example/'>",
        "<link rel=stylesheet href='//ond.example/'>", "<meta http-equiv=refresh content='0;//ond.example'>",
        "<style>*{background:url(//ond.example/)}</style>", "<template><script>!</script></template>",
        "\u2028<script>!</script>", "&lt;script&gt;!&lt;/script&gt;", "%3Cscript%3E!%3C/script%3E",
        "\\u003cscript\\u003e!",
    )
)  # fmt: skip
BATCHES = [(text,) for text in STRINGS] if os.environ.get("FOTFESTE_ATTACKS") == "long" else [STRINGS]
MOST_PAGES = 60 if os.environ.get("FOTFESTE_ATTACKS") == "long" else 8
WATCH = """
window.hurt = 0; window.reports = [];
addEventListener("securitypolicyviolation", ({ violatedDirective }) => window.reports.push(violatedDirective));
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    app = open_app(tmp_path_factory.mktemp("scripts"), "")
    app.config["WTF_CSRF_ENABLED"] = False
    yield furnish(app)
    close_app(app)


def fixed(name, value):
    """Tell whether a field must keep its value for the post to be taken: a choice, an address or a day."""
    return name.endswith("csrf_token") or len(value) == 36 or "email" in name or value[:2] == "20"


def grouped(texts, longest=110):
    """Put as many strings together as a short field takes."""
    groups = [""]
    for text in texts:
        groups += [text] if len(groups[-1] + text) > longest else [groups.pop() + text]
    return groups


def write_everywhere(house, texts):
    """Put the strings into every field of every form, as an organizer and through a desktop client."""
    client = house.browser("organizer")
    for form in forms_of(client).values():
        if is_questionnaire(form) or "/sessions" in form.action:
            continue
        free = {name for name, value in form.fields.items() if not fixed(name, value)}
        for text in grouped(texts):
            client.post(form.action, data=form.fields | dict.fromkeys(free, text))
    whole = "".join(texts)[:1500]
    for name, person in house.people.items():
        person.name = whole[:110]
        person.save()
        assert person_by_email(house.db, f"{name}@eksempel.no", texts[0][:110])
    house.team.name, house.network.name, house.network.theme = whole[:80], whole[80:190], whole[190:380]
    house.team.save()
    house.network.save()
    push = house.push("contact", report(house, kort=whole, neste=whole))
    device = house.devices["contact"].device
    house.service.writer.do(lambda: push_items(house.db, device, push))


def pages_of(house, who):
    """Every page that a person reaches by links."""
    client, waiting, seen = house.browser(who), ["/", "/me", "/networks/new"], []
    while waiting and len(seen) < MOST_PAGES:
        page = waiting.pop(0).partition("#")[0]
        if page in seen or "language=" in page or page.endswith((".json", ".xlsx", ".csv", ".sav", ".pdf", ".ics")):
            continue
        reply = client.get(page, follow_redirects=True)
        if reply.status_code == 200 and reply.mimetype == "text/html":
            seen.append(page)
            reader = Reader(page)
            reader.feed(reply.text)
            waiting += reader.links
    return seen


@pytest.mark.parametrize("texts", BATCHES, ids=[str(n) for n in range(len(BATCHES))])
def test_no_string_is_run_on_any_page(house, chromium, texts):
    assert len(STRINGS) == 40
    write_everywhere(house, texts)
    shown = 0
    with serving(house.app) as address:
        for who in ("organizer", "contact"):
            context = chromium.new_context(locale="nb-NO")
            token = begin_session(house.db, house.people[who])
            context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
            page = context.new_page()
            page.add_init_script(WATCH)
            dialogs, outside = [], []
            page.on("dialog", lambda dialog, said=dialogs: (said.append(dialog.message), dialog.dismiss()))
            page.on("request", lambda asked, went=outside: went.append(asked.url))
            for each in pages_of(house, who):
                page.goto(address + each)
                page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
                hurt, reports = page.evaluate("[window.hurt, window.reports]")
                assert (0, []) == (hurt, reports), (who, each)
                shown += "window.hurt" in page.content()
            assert [] == dialogs
            assert [] == [url for url in outside if not url.startswith((address, "data:", "about:"))]
            context.close()
    assert shown > 5
