"""The main job, with nothing put in anybody's place: real server, real Chromium, the real desktop window, one workbook.

An organizer sets up a house by its plain pages. New hires answer by link, one without JavaScript. A mentor logs a
session in the desktop window while the server is down; it is delivered when it is back. The window is sealed, the
workbook downloaded, and every cell compared with a calculation of our own from the answers that went in.
"""

import json
import random
import re
from collections import Counter
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from fotfeste_shared.clock import today
from fotfeste_shared.database import close_database, open_database
from fotfeste_shared.forms import shipped
from fotfeste_shared.kinds import Number, OneOf, Scaled, SomeOf

pytestmark = [pytest.mark.browser, pytest.mark.window, pytest.mark.slow]
PASSPHRASE = "fire rolige grønne fjell"
PHONES = 12
WAVE, QUESTIONS = "m3", ("t_faglig", "t_forverring", "b_bli", "m_har", "b_hva", "m_antall")


class Organizer:
    """A person at a desk, with a browser."""

    def __init__(self, page, server):
        self.page, self.server = page, server
        page.set_default_timeout(15_000)

    def go(self, path):
        self.page.goto(self.server.url + path)

    def post(self, button, **fields):
        for label, value in fields.items():
            self.page.get_by_label(label, exact=True).first.fill(value)
        with self.page.expect_navigation():
            self.page.get_by_role("main").get_by_role("button", name=button, exact=True).first.click()

    def come_in(self):
        """Use the set-up link, leave, and come back by the code in the mail."""
        self.page.goto(self.server.set_up_link())
        self.post("Begynn", **{"Navn": "Kari Arrangør", "E-postadresse": "kari@ushte.example"})
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Logg ut").click()
        self.go("/signin")
        self.post("Send meg en kode", **{"E-postadresse": "kari@ushte.example"})
        code = re.search(r"Koden din er (\S+)", self.letter())[1]
        self.post("Logg inn", **{"Kode fra e-posten": code})

    def letter(self):
        """Wait for the code's letter, which a job writes a moment later."""
        for _ in range(100):
            if letters := self.server.letters():
                return letters[-1]
            self.page.wait_for_timeout(100)
        raise AssertionError("no letter came")

    def set_up_network(self):
        self.go("/networks/new")
        ends = (today() + timedelta(days=800)).isoformat()
        self.post(
            "Lag nettverket", **{"Navn på nettverket": "Mentor Øst", "Starter": today().isoformat(), "Slutter": ends}
        )
        self.network = self.page.url.rsplit("/", 1)[1]
        self.go(f"/networks/{self.network}/municipalities")
        self.post("Ta inn kommunen", Kommune="5025")
        self.go(f"/networks/{self.network}/pairings")
        self.page.get_by_label("Yrke").first.select_option(index=1)
        started = (today() - timedelta(days=5)).isoformat()
        fields = {"Avdeling": "Solsiden sykehjem", "Første arbeidsdag": started, "Navnet på mentoren": "Mona Mentor"}
        self.post("Lag koblingen", **fields, **{"E-postadressen til mentoren": "mona@roros.example"})

    def open_window(self):
        self.go(f"/networks/{self.network}/windows")
        self.post("Åpne vinduet")
        self.window = self.page.locator("a[href$='/links']").first.get_attribute("href").split("/")[-2]

    def make_links(self, count):
        self.go(f"/networks/{self.network}/windows/{self.window}/links")
        self.page.get_by_label("Undersøkelse").select_option(f"nyansatt.{WAVE}")
        self.page.get_by_label("Kommune").select_option(label="Røros")
        self.post("Lag lenkene", **{"Hvor mange lenker": str(count)})
        return [link.get_attribute("href") for link in self.page.locator(".cards a").all()]

    def enrolment_code(self):
        self.go(f"/networks/{self.network}/devices")
        mentor = self.page.locator("option", has_text="Mona Mentor").first.get_attribute("value")
        self.page.get_by_label("Hvem skal bruke programmet?").select_option(mentor)
        self.post("Lag en kode")
        return self.page.locator(".code").inner_text()

    def workbook(self):
        self.go(f"/networks/{self.network}/results")
        with self.page.expect_download() as download:
            self.page.locator("a[href$='.xlsx']").first.click()
        return download.value.path().read_bytes()


def answers_of(chance):
    """One new hire's answers, as they will be counted."""
    return {
        "t_faglig": chance.choice([1, 2, 3, 4, 4, 5, "ikke_aktuelt"]),
        "t_forverring": chance.choice([4, 5]),
        "b_bli": chance.choice([3, 4, 5, 5]),
        "m_har": "ja",
        "b_hva": chance.sample([choice.code for choice in shipped()["nyansatt"].question("b_hva").choices], 2),
        "m_antall": chance.randint(0, 12),
    }


def on_a_phone(chromium, link, answers, *, scripts):
    """Answer as a person does: theme by theme with JavaScript, one long page without."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        java_script_enabled=scripts,
        locale="nb-NO",
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(link)
    waiting = dict(answers)
    while True:
        for code in list(waiting):
            if not page.locator(f"[name='a.{code}']").first.is_visible():
                continue
            value = waiting.pop(code)
            if isinstance(shipped()["nyansatt"].question(code), Number):
                page.locator(f"[name='a.{code}']").fill(str(value))
            for each in value if isinstance(value, list) else [value]:
                box = page.locator(f"[name='a.{code}'][value='{each}']")
                if box.count():
                    box.check()
        if not waiting:
            break
        page.get_by_role("button", name="Neste").click()
    while scripts and page.get_by_role("button", name="Neste").is_visible():
        page.get_by_role("button", name="Neste").click()
    page.get_by_role("button", name="Send svarene").click()
    expect(page.get_by_role("heading", name="Takk for svaret")).to_be_visible()
    receipt = page.locator(".code").inner_text()
    context.close()
    return receipt


def by_post(link, answers):
    fields = [
        (f"a.{code}", each)
        for code, value in answers.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    with urlopen(Request(link, data=urlencode(fields).encode()), timeout=20) as reply:
        assert "Takk for svaret" in reply.read().decode()


def log_a_session(window, server, code):
    """Open the program, connect, and log a session while the server is down; gives back the page."""
    page = window.page
    page.get_by_label("Passfrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("Den samme en gang til").fill(PASSPHRASE)
    page.get_by_role("button", name="Lagre og gå videre").click()
    page.get_by_label("Jeg har skrevet ned koden").check()
    page.get_by_role("button", name="Gå videre").click()
    page.get_by_role("main").get_by_role("link", name="Koble til").click()
    page.get_by_label("Adressen til tjenesten").fill(server.url)
    page.get_by_label("Kode", exact=True).fill(code)
    page.get_by_role("main").get_by_role("button", name="Koble til").click()
    expect(page.get_by_text("Du er koblet til")).to_be_visible()
    server.kill()
    page.get_by_role("button", name="Logg samtale").first.click()
    page.get_by_role("group", name="Ble samtalen gjennomført?").get_by_label("Ja").check()
    page.get_by_label("Varighet i minutter").fill("45")
    page.get_by_label("I et rom for oss selv").check()
    page.get_by_label("Ja, tid var satt av").check()
    page.get_by_label("Legemidler").check()
    page.get_by_label("Mine notater: Hvor langt er vi kommet?").fill("Bare for meg")
    page.get_by_label("Første samtale").check()
    page.get_by_role("main").get_by_role("button", name="Lagre").last.click()
    expect(page.get_by_text("Lagret her. Leveres når du er på nett.").first).to_be_visible()
    return page


def test_the_main_job_runs_end_to_end(real_server, real_window, chromium, page):
    server = real_server()
    organizer = Organizer(page, server)
    organizer.come_in()
    organizer.set_up_network()
    organizer.open_window()
    links = organizer.make_links(PHONES)
    chance = random.Random(7)
    given = [answers_of(chance) for _ in links]

    receipts = [on_a_phone(chromium, links[n], given[n], scripts=bool(n)) for n in (0, 1)]
    for link, answers in zip(links[2:], given[2:], strict=True):
        by_post(link, answers)
    desk = log_a_session(real_window(), server, organizer.enrolment_code())
    server.start()
    desk.get_by_role("link", name="Det som venter").click()
    desk.get_by_role("button", name="Lever nå").click()
    expect(desk.get_by_text("Kvittering").first).to_be_visible()
    said = server.command("seal", organizer.window, "--early")
    book = organizer.workbook()

    assert len(set(receipts)) == 2
    assert f"{PHONES} answers" in said
    assert delivered(server) == [("mentorlogg", 45)]
    assert not any(b"Bare for meg" in path.read_bytes() for path in server.folder.rglob("*") if path.is_file())
    assert_holds(book, given)


def delivered(server):
    """Give the form and minutes of every revision that the server holds, from its file."""
    db = open_database(f"sqlite:///{server.folder / 'fotfeste.db'}", read_only=True)
    texts = [json.loads(text) for (text,) in db.execute_sql("SELECT text FROM revision ORDER BY seq")]
    close_database(db)
    return [(each["form"], each["answers"]["minutter"]) for each in texts]


def assert_holds(book, given):
    """Hold every cell of the sheet of answers against our own count of what went in, within the rounding rule."""
    sheet = load_workbook(BytesIO(book), read_only=True)["Svar"].iter_rows(min_row=2, values_only=True)
    rows = [row for row in sheet if row[1] in QUESTIONS]
    told = {(row[1], row[4], row[7]): row for row in rows}
    form = shipped()["nyansatt"]
    assert {code for code, _, _ in told} == set(QUESTIONS)
    assert {place or "" for _, place, _ in told} == {"5025", ""}
    for (code, _, choice), row in told.items():
        answers = [each[code] for each in given if each[code] != "ikke_aktuelt"]
        n, low, high = row[9], row[11], row[12]
        true, exact = counted(form.question(code), answers, choice)
        assert n == len(answers), row
        assert low <= true <= high, (row, true)
        assert not exact or low == high == true, (row, true)
        assert high - low <= 8, (row, true)


def counted(question, answers, choice):
    """Count one choice, and tell whether the rounding rule (C = 1) lets it be told exactly.

    A count within 2 of nobody is told as 0 or 3, so a told 3 may be 1, 2 or 3; likewise near everybody. On a scale
    the counts are those of «at most this», and a single point is told exactly where both its edges are.
    """
    n = len(answers)
    if isinstance(question, SomeOf):
        true = sum(choice in answer for answer in answers)
        return true, 3 < true < n - 3
    if isinstance(question, OneOf):
        true = answers.count(choice)
        return true, max(Counter(answers).values()) < n - 2
    first, last = span(question, choice)
    below, upto = (sum(answer <= edge for answer in answers) for edge in (first - 1, last))
    return upto - below, all(3 < edge < n - 3 for edge in (below, upto))


def span(question, choice):
    """Give the first and last value that a row of the workbook speaks of."""
    if isinstance(question, Scaled):
        return int(choice), int(choice)
    first = int(re.match(r"[0-9]+", str(choice))[0])
    later = [bound for bound in question.bins if bound > first]
    return first, min(later) - 1 if later else question.most
