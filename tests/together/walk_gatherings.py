"""From gathering to gathering: rows 5 to 8 of the walk, what people, teams, their advisor and the organizer do."""

import csv
import io
import json
import re
from datetime import timedelta

from together.walk_life import (
    ADA,
    ANNE,
    BO,
    CATO,
    DIGITAL,
    ELI,
    MOVED,
    VERA,
    Life,
    gathering,
    report_of,
    team,
    words,
)

from fotfeste_server.named.attending import sign_up_of
from fotfeste_server.named.ledger import current
from fotfeste_server.named.models import Gathering
from fotfeste_shared.clock import now
from fotfeste_shared.kinds import Answers
from fotfeste_shared.revisions import About, new_id, timestamp, write_revision
from fotfeste_shared.revisions import Revision as Content
from fotfeste_shared.sync import Enrol, Push, PushItem, write

TOGETHER, LATE, OFFLINE = 2, 3, 6  # written by two at once, handed in late, written without a network
COMES = {"a.deltar": "fysisk", "a.dager": ["dag1"], "a.overnatting": "nei", "a.middag": "ja", "a.mat": ["vegetar"]}
STAYS = {**COMES, "a.dager": ["dag1", "dag2"], "a.overnatting": "ja", "a.tilrettelegging": "Teleslynge"}
FROM_AFAR = {"a.deltar": "digitalt"}
STANDS_IN = {"a.deltar": "vara", "a.vara_navn": "Vara Vik", "a.vara_epost": "vara@kommune.no"}
LESSON = "Kurset bør være på dagtid."


def signs_up(life: Life, number: int) -> None:
    """Row 5: sign-up opens, people answer, somebody sends another, and one gathering is moved afterwards."""
    planned = gathering(number)
    life.day(planned.starts - timedelta(40))
    life.as_(ADA).done(f"/gatherings/{planned.id}", o__closes=planned.starts - timedelta(21))
    answer = {1: STAYS, DIGITAL: FROM_AFAR}.get(number, COMES)
    life.hand_in(ANNE, _sign_up(life, ANNE, planned), **answer)
    if number == 1:
        life.hand_in(CATO, _sign_up(life, CATO, planned), **COMES)
        life.look("counts", ADA, f"/gatherings/{planned.id}/counts")
        file = life.as_(ADA).client.get(f"/gatherings/{planned.id}/counts.csv").data.decode("utf-8-sig")
        life.keep("counts as a file", dict(csv.reader(io.StringIO(file), delimiter=";")))
        page = life.as_(ANNE).see(f"/gatherings/{planned.id}/calendar")
        feed = re.search(r"<code>\S+(/calendar/\S+\.ics)</code>", page)[1]
        life.keep("calendar", life.app.test_client().get(feed).text)
    if number == TOGETHER:
        life.hand_in(BO, _sign_up(life, BO, planned), **STANDS_IN)
        life.hand_in("vara@kommune.no", _sign_up(life, "vara@kommune.no", planned), **COMES)
        life.look("sign-ups with a substitute", ADA, f"/gatherings/{planned.id}/signups")
    if number == DIGITAL:
        life.look("sign-up from afar", CATO, _sign_up(life, CATO, planned))
    if number == MOVED:
        _moves(life, planned)


def _sign_up(life: Life, email: str, planned: Gathering) -> str:
    return f"/records/{sign_up_of(life.person(email), planned).id}"


def _moves(life: Life, planned: Gathering) -> None:
    """Move a gathering that people have signed up for: the page says whom it concerns, and asks once more."""
    day = planned.starts + timedelta(7)
    wish = {"number": planned.number, "theme": planned.theme, "starts": day, "ends": day, "place": "Halden"}
    days = {"reports_due": planned.reports_due, "sign_up_by": planned.sign_up_by}
    organizer, address = life.as_(ADA), f"{life.base}/gatherings/{planned.id}/plan"
    asked = organizer.send(address, **wish, **days)
    life.keep("moving", words(asked.text))
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    assert 303 == organizer.client.post(address, data=hidden).status_code
    life.keep("letters of the move", life.letters_to(ANNE))
    life.look("sign-up after the move", ANNE, f"/gatherings/{planned.id}")


# --- status reports ----------------------------------------------------------------------------------------------


def hands_in(life: Life, number: int) -> Answers:
    """Row 6: the team hands its report in; once two write at once, once it is late, once it was written offline."""
    planned, record = gathering(number), report_of("Team Nord", number)
    life.day(planned.reports_due - timedelta(2))
    if number == 1:
        life.hand_in("finn@kommune.no", f"/records/{report_of('Team Vest', 1).id}", **told(1, goal=new_id()))
        life.hand_in("ivar@kommune.no", f"/records/{report_of('Team Haram', 1).id}", **told(1, goal=HARAMS))
        life.look("reports before the gathering", ADA, f"{life.base}/reports")
        _reminds(life, planned)
    if number == TOGETHER:
        _writes_together(life, record.id)
    if number == OFFLINE:
        _writes_offline(life, number)
    else:
        if number == LATE:
            life.day(planned.reports_due + timedelta(1))
        life.hand_in(ANNE, f"/records/{record.id}", **told(number))
    if number in (1, TOGETHER, LATE, OFFLINE):
        life.look(f"board before {number}", ADA, f"{life.base}/reports")
    if number == 1:
        life.look("themes", ADA, f"{life.base}/themes")
        life.paper("report.pdf", ADA, f"/records/{record.id}/pdf")
    return current(record.id).answers


NORTHS, STEP, HARAMS = new_id(), new_id(), new_id()


def told(number: int, *, goal: str = NORTHS) -> dict[str, object]:
    """A report as a browser posts it: one goal that lives on from gathering to gathering, nearer each time."""
    goals = {
        "id": goal, "tekst": "Alle nye får mentor", "maltall": "Andel med mentor", "frist": "2029-05-01",
        "status": "nadd" if number == 9 else "i_gang", "oppnaelse": min(2, number // 3),
    }  # fmt: skip
    step = {"id": STEP, "delmal_id": goal, "tekst": f"Kurs nummer {number}", "ansvar": "hr", "status": "innfort",
            "erfaring": LESSON, "kan_deles": "ja"}  # fmt: skip
    counts = {"nye_ansatte": 4 + number, "med_mentor": 3, "mentorer": 5, "mentorer_opplart": 4}
    return {
        "a.framdrift": str(10 + 5 * (number // 2)), "a.kort": f"Vi er kommet til samling {number}, og mer er på vei.",
        "a.hindringer": ["tid"], "a.hjelp": ["mal"], "a.neste": "Vi skal lære opp to til.", "a.deltatt": ["hr"],
        **{f"a.delmal.0.{code}": str(value) for code, value in goals.items()},
        **{f"a.tiltak.0.{code}": value for code, value in step.items()},
        **{f"a.tall.0.{code}": str(value) for code, value in counts.items()},
    }  # fmt: skip


def _writes_together(life: Life, record: str) -> None:
    """Let two of a team write in the same place: both texts are shown, and stay in the history."""
    address = f"/records/{record}"
    pages = {who: life.as_(who) for who in (ANNE, ELI)}
    hidden = {}
    for who, visitor in pages.items():
        page = visitor.client.get(address, follow_redirects=True).text
        hidden[who] = dict(re.findall(r'<input type="hidden" name="(csrf_token|id|draft)" value="([^"]*)"', page))
    for who, text in ((ANNE, "Fire mentorer er lært opp siden sist."), (ELI, "Kurset for mentorer er holdt i mars.")):
        kept = pages[who].client.post(f"{address}/draft", data={**hidden[who], **told(TOGETHER), "a.kort": text})
        assert 200 == kept.status_code, kept.text
    met = pages[ANNE].client.get(address, follow_redirects=True)
    life.keep("two texts side by side", words(met.text))
    seen = dict(re.findall(r'name="(csrf_token|seen)" value="([^"]+)"', met.text))
    chosen = pages[ANNE].client.post(f"{address}/meeting", data={**seen, "choice-0": "both"})
    assert 303 == chosen.status_code, chosen.text
    life.look("draft's history", ELI, f"{address}/history")


def _writes_offline(life: Life, number: int) -> None:
    """Enrol the contact's computer, and let it deliver after the deadline what was written before it."""
    planned, record = gathering(number), report_of("Team Nord", number)
    install = new_id()
    page = life.as_(ADA).send(f"{life.base}/devices", person=life.person(ANNE).id).text
    code = re.search(r'class="code">([^<]+)<', page)[1]
    line = life.app.test_client()
    enrolled = json.loads(line.post("/sync/v1/enrol", data=write(Enrol(code=code, install=install, name="PC"))).data)
    answers = {**current(report_of("Team Nord", number - 1).id).answers, "kort": "Skrevet på toget, uten nett."}
    written = write_revision(
        Content(
            rev=new_id(), record=record.id, form="statusrapport", form_version=life.version("statusrapport"),
            about=About("team", team("Team Nord").id), author=life.person(ANNE).id, saved_at=timestamp(now()),
            answers=answers,
        )
    )  # fmt: skip
    life.day(planned.reports_due + timedelta(2))
    push = Push(
        batch=new_id(), device=enrolled["device"], install=install, push_no=1, app="0.1", sent_at=timestamp(now()),
        known=None, items=[PushItem(rev=written.rev, digest=written.digest, text=written.text)],
    )  # fmt: skip
    reply = line.post("/sync/v1/push", data=write(push), headers={"Authorization": f"Bearer {enrolled['token']}"})
    life.keep("delivery", [(each["outcome"], each.get("held")) for each in json.loads(reply.data)["items"]])


# --- the advisor and the organizer -------------------------------------------------------------------------------


def follows(life: Life, number: int) -> None:
    """Row 7: the advisor says first how far the team has come, then sees the gap and what has changed, and answers."""
    record = report_of("Team Nord", number)
    address = f"/records/{record.id}/follow"
    if number in (1, LATE):
        life.look(f"inbox before {number}", VERA, "/advisor")
    if number == 1:
        life.look("first the own step", VERA, address)
    life.as_(VERA).done(address, step="20")
    life.look(f"follow-up {number}", VERA, address)
    if number == 1:
        answers = {"form": "telefon", "minutter": "30", "dato": now().date().isoformat(), "team": team("Team Nord").id,
                   "rapport": record.id, "trinn": "20", "tilbakemelding": "Fint at kurset er i gang.",
                   "internt": "Lederen er ikke med.", "oppfolging": "gul"}  # fmt: skip
        note = {f"a.{code}": answer for code, answer in answers.items()}
        life.hand_in(VERA, f"/teams/{team('Team Nord').id}/note?report={record.id}", **note)
        life.look("feedback", ANNE, f"/teams/{team('Team Nord').id}")
        life.look("contacts", VERA, f"/teams/{team('Team Nord').id}/contacts")
        life.look("to follow up", VERA, "/advisor")


def _reminds(life: Life, planned: Gathering) -> None:
    """Row 8: look whom a reminder would reach, then remind exactly those."""
    everybody = (ANNE, "finn@kommune.no", "ivar@kommune.no", "mona@kommune.no")
    before = {who: len(life.letters_to(who)) for who in everybody}
    organizer, address = life.as_(ADA), f"{life.base}/reports/remind?gathering={planned.id}"
    life.keep("dry run", words(organizer.see(address)))
    dry = {who: len(life.letters_to(who)) for who in everybody}
    organizer.done(address)
    organizer.done(address)
    after = {who: life.letters_to(who)[before[who] :] for who in everybody}
    life.keep("reminded", {"dry": dry == before, **{who: letters for who, letters in after.items() if letters}})


def gathers(life: Life, number: int) -> None:
    """Row 5 goes on: who was there, name tags, the programme, and its evaluation."""
    planned = gathering(number)
    if number == 1:
        evaluation = f"{life.base}/gatherings/{planned.id}/evaluation"
        life.as_(ADA).done(evaluation, p__programme="Velkommen\nArbeid i team")
        life.as_(ADA).done(evaluation, d__people="60", open="ja")
        life.paper("name tags", ADA, f"/gatherings/{planned.id}/nametags.pdf")
    life.day(planned.starts)
    here = [life.person(ANNE).id, *([life.person("vara@kommune.no").id] if number == TOGETHER else [])]
    life.as_(ADA).done(f"/gatherings/{planned.id}/attendance", here=here)
    if number == 1:
        wall = re.search(r"/here/(\w+)", life.as_(ADA).see(f"/gatherings/{planned.id}/wall"))[0]
        life.as_(CATO).done(wall)
        tick = {"id": new_id(), "person": life.person(CATO).id, "here": True, "at": timestamp(now())}
        life.keep("ticks sent twice", [_tick(life, planned, tick), _tick(life, planned, tick)])
        life.look("attendance", ADA, f"/gatherings/{planned.id}/attendance")
        life.day(planned.ends)
        life.look("gathering on its last day", ANNE, f"/gatherings/{planned.id}")


def _tick(life: Life, planned: Gathering, tick: dict[str, object]) -> int:
    """Send a tick as the list's script does when it has a network again."""
    visitor = life.as_(ADA)
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.see(f"/gatherings/{planned.id}/attendance"))[1]
    reply = visitor.client.post(
        f"/gatherings/{planned.id}/ticks", data=json.dumps([tick]), content_type="application/json",
        headers={"X-CSRFToken": token},
    )  # fmt: skip
    assert 200 == reply.status_code, reply.text
    return int(reply.json["new"])
