"""The promises of sync, I1 to I14, as a machine checks them: after every step, and when a world has come to rest."""

from collections import Counter
from math import ceil

from msgspec.structs import replace

from fotfeste_desktop.exchange import DELIVERED, SLOW_RETRY
from fotfeste_desktop.models import Revision as Row
from fotfeste_desktop.syncing import Line
from fotfeste_server.named.access import scope
from fotfeste_server.named.history import COUNTED, lies_on, marked, salts_at
from fotfeste_server.named.house import fact
from fotfeste_server.named.models import Leaf, Person, PublishedForm, Record, Restoration, Revision
from fotfeste_server.named.pulling import _scope_mark
from fotfeste_shared.forms import digest
from fotfeste_shared.revisions import chain, leaves, read_revision, receipt_code, write_revision
from fotfeste_shared.sync import Place

from .events import enrol
from .machines import Broken, Client
from .world import World
from .writing import words

Log = dict[str, Revision]
LONGEST = 7200.0  # seconds; after everything has healed, the slowest retry is due within the hour


def holds(promise: object, sentence: str) -> None:
    """Say which promise is broken."""
    if not promise:
        raise Broken(sentence)


def check(world: World, actor: Client) -> None:
    """What must be so at any moment."""
    log = {row.rev: row for row in Revision.select().order_by(Revision.seq)}
    log_is_whole(world, log)
    nothing_is_invented(world, log)
    delivered_is_durable(world, log)
    saved_survives(world, actor)
    drafts_survive(world, actor)
    if world.event == "syncs":
        pulled_without_gaps(world, actor, log)


def log_is_whole(world: World, log: Log) -> None:
    """I3, I7: numbers without gaps, links that recompute, one line each, leaves as the set of revisions says."""
    salts = Restoration.select().exists()
    rows = list(Revision.select(Revision.seq, Revision.rev, Revision.link, Revision.digest).order_by(Revision.seq))
    holds(len(rows) == len(log), "I3: a revision stands twice in the log")
    link = marked(fact("link0"), salts_at(0))[-1]
    for number, row in enumerate(rows, start=1):
        link = chain(link, row.rev, row.digest)
        holds((number, link) == (row.seq, row.link), f"I7: line {row.seq} of the log does not continue the chain")
        link = marked(link, salts_at(row.seq))[-1] if salts else link
    kept = {(leaf.record_id, leaf.rev) for leaf in Leaf.select()}
    holds(kept == leaves_by_record(log), f"I7: the leaves are not those of the revisions: {world.seed}")


def leaves_by_record(log: Log) -> set[tuple[str, str]]:
    """Derive the leaves from all that counts."""
    counted = [row for row in log.values() if row.held is None or row.held in COUNTED]
    by_record: dict[str, list[Revision]] = {}
    for row in counted:
        by_record.setdefault(row.record_id, []).append(row)
    found = set()
    for record, rows in by_record.items():
        parents = {parent for row in rows for parent in row.parents}
        found |= {(record, row.rev) for row in rows if row.rev not in parents}
    return found


def nothing_is_invented(world: World, log: Log) -> None:
    """I3, I6: every line is somebody's saved words, letter by letter."""
    for rev, row in log.items():
        known = world.saved.get(rev)
        if known is None and row.text and words(row.text) in world.told_apart:
            continue
        if known and row.text and row.text != known.text and words(row.text) in world.told_apart:
            continue
        holds(known, f"I3: the server holds {rev}, which nobody has saved (or counts one twice)")
        assert known
        if row.record_id in world.erased:
            holds(row.text is None, f"I12: the server holds {rev}, which was erased")
            continue
        holds((row.text, row.digest) == (known.text, known.digest), f"I6: {rev} was altered")
        holds(digest(row.text) == row.digest, f"I6: {rev} has another digest than its text")
        if row.held == "unknown_form_version" and row.text:
            form = PublishedForm.select().where(
                (PublishedForm.code == row.form) & (PublishedForm.version == row.form_version)
            )
            holds(not form.exists(), f"I4: {rev} waits for a form that the server knows")
    for rev, why in world.must_be_held.items():
        holds(rev not in log or log[rev].held, f"I4: {rev} should be held ({why}), and is not")


def delivered_is_durable(world: World, log: Log) -> None:
    """I2, I10: what a screen calls delivered lies on the server, unless the server was put back since."""
    for rev, epoch in world.delivered_in.items():
        if epoch == world.epoch and rev in world.saved:
            holds(rev in log, f"I2: {rev} was called delivered, and the server has not got it")


def saved_survives(world: World, client: Client) -> None:
    """I1: what a screen has called saved lies here with its text, letter by letter."""
    rows = client.rows()
    for rev in sorted(client.must_hold):
        known, row = world.saved[rev], rows.get(rev)
        holds(row, f"I1: {client.name} has lost {rev}")
        assert row
        text = bare(known.text) if row.thin else known.text
        holds((row.text, row.digest) == (text, known.digest), f"I1: {client.name} holds {rev} altered")
        holds(not row.thin or row.state == "backed_up", f"I1: {client.name} let go of {rev}, which no backup holds")


def bare(text: str) -> str:
    """What stays here of an old version when its words lie on the server alone."""
    return write_revision(replace(read_revision(text), answers={})).text


def drafts_survive(world: World, client: Client) -> None:
    """I1: a draft is as it was when the page last said so; a crash under way leaves it before or after."""
    drafts = client.drafts()
    for record, allowed in client.must_draft.items():
        if record not in world.erased and not any(drafts.get(record) == each for each in allowed):
            raise Broken(f"I1: the draft of {record} on {client.name} is {drafts.get(record)!r}")


def pulled_without_gaps(world: World, client: Client, log: Log) -> None:
    """I9: a client that stands on the server's history holds every line up to its cursor that it may see."""
    identity, cursor, known = client.exchange.identity(), client.exchange.fact("cursor"), client.exchange.fact("known")
    if not identity or not cursor or not known or identity.server != fact("server"):
        return
    mine = scope(Person.get_by_id(world.people[client.who]))
    where, seq = ".".join(cursor.split(".")[:2]), cursor.split(".")[2]
    if where != f"{fact('link0')[:16]}.{_scope_mark(mine)}" or not lies_on(Place(seq=known[0], link=known[1])):
        return
    here = set(client.rows())
    for rev in visible(world, client, log):
        holds(log[rev].seq > int(seq) or rev in here, f"I9: {client.name} has read to {seq} and missed {log[rev].seq}")


def visible(world: World, client: Client, log: Log) -> list[str]:
    """Name what a client's person may read."""
    person = Person.get_by_id(world.people[client.who])
    within = {record.id for record in scope(person).records().select(Record.id)}
    return [
        rev for rev, row in log.items()
        if row.text is not None
        and (row.author_id == person.id or (row.record_id in within and (row.held is None or row.held in COUNTED)))
    ]  # fmt: skip


# --- at rest ---------------------------------------------------------------------------------------


def rest(world: World) -> None:
    """Heal everything, let every client deliver and read, and see that nothing is lost, doubled or altered."""
    world.faulty = False
    world.tell("everything heals")
    for client in world.clients:
        client.skew = 0.0
        _hand_in_what_is_pending(world, client)
    for client in world.clients:
        drain(world, client, sparing=set(world.storms) | world.stumbles)
    world.storms.clear()
    world.stumbles.clear()
    for _ in range(2):
        for client in world.clients:
            drain(world, client, sparing=set())
    _replay(world)
    at_rest(world)


def _hand_in_what_is_pending(world: World, client: Client) -> None:
    world.act("hands in again", client)
    check(world, client)


def drain(world: World, client: Client, sparing: set[str]) -> None:
    """I8, I11: let one client deliver by itself until nothing waits but what is poisoned; note how long it took."""
    begun, rounds, waiting = world.time, 0, set(client.waiting()) - sparing
    most = ceil(len(client.rows()) / 50) + 6
    while rounds == 0 or set(client.waiting()) - sparing or client.syncing.status.line is not Line.ONLINE:
        holds(rounds < most and world.time - begun < LONGEST, _stuck(client, sparing))
        world.time = max(world.time + client.syncing._pause(), _earliest(client, sparing, world.time))
        world.act("syncs", client)
        line = client.syncing.status.line
        if line in (Line.LOGIN_NEEDED, Line.REVOKED, Line.WRONG_SERVER, Line.NOT_ENROLLED):
            with world.as_client(client):
                enrol(world, client)
        rounds += 1
        check(world, client)
    if waiting:
        world.worst_seconds = max(world.worst_seconds, world.time - begun)


def _earliest(client: Client, sparing: set[str], now: float) -> float:
    """When the next try of what waits is due, for those that have been put off; at most as long as promised."""
    rows = client.rows()
    tries = [rows[rev].next_try for rev in client.waiting() if rev not in sparing]
    due = [each.timestamp() for each in tries if each is not None]
    soonest = min(due) if due and len(due) == len(tries) else 0.0
    return soonest if soonest <= now + SLOW_RETRY.total_seconds() else 0.0


def _stuck(client: Client, sparing: set[str]) -> str:
    rows = client.rows()
    told = Counter((rows[rev].state, rows[rev].problem) for rev in client.waiting() if rev not in sparing)
    return f"I8: {client.name} does not come to rest: {client.syncing.status.line}, {dict(told)}"


def _replay(world: World) -> None:
    """I3: requests that are still on their way arrive at last, and change nothing."""
    before = {row.rev for row in Revision.select(Revision.rev)}
    while world.late:
        world.serve(world.late.pop())
    holds(before == {row.rev for row in Revision.select(Revision.rev)}, "I3: an old request changed what was there")


def at_rest(world: World) -> None:
    """I4, I5: everything saved is on the server, and everybody sees the same."""
    log = {row.rev: row for row in Revision.select()}
    missing = sorted(world.wanted() - set(log))
    holds(not missing, f"I4: saved and not on the server: {missing[:3]}")
    both = world.told_apart - {words(row.text) for row in log.values() if row.text}
    lost = [text for text in sorted(both) if read_revision(text).record not in world.erased and not world.excused]
    holds(not lost, f"I4: of two contents under one name one is gone: {lost[:1]}")
    for client in world.clients:
        check(world, client)
        erased_is_nowhere(world, client)
        everybody_sees_the_same(world, client, log)
        receipts_recompute(client, log)
    by_record: dict[str, int] = Counter(record for record, _ in leaves_by_record(log))
    world.stats["conflicts"] += sum(1 for n in by_record.values() if n > 1)


def erased_is_nowhere(world: World, client: Client) -> None:
    """I12: no client holds a word of what was erased, but for what its person wrote afterwards and must be told of."""
    for rev, row in client.rows().items():
        told = row.mine and row.problem == "erased"
        forgotten = row.record not in world.erased or told or not row.text
        holds(forgotten, f"I12: {client.name} holds {rev}, which was erased")


def everybody_sees_the_same(world: World, client: Client, log: Log) -> None:
    """I5: within what its person may read, a client holds what the server holds, and so the same leaves."""
    rows = client.rows()
    here = {rev for rev, row in rows.items() if row.text and row.record not in world.erased}
    unread = sorted(set(visible(world, client, log)) - here)
    holds(not unread, f"I5: {client.name} has not got {unread[:3]}")
    strays = sorted(here - set(log) - world.excused)
    holds(not strays, f"I5: {client.name} holds what the server has not: {strays[:3]}")
    counted = {rev for rev in visible(world, client, log) if log[rev].held is None or log[rev].held in COUNTED}
    own = leaves(read_revision(rows[rev].text) for rev in counted)
    theirs = {leaf.rev for leaf in Leaf.select() if leaf.rev in counted}
    holds(own == theirs, f"I5: {client.name} sees other leaves than the server")


def receipts_recompute(client: Client, log: Log) -> None:
    """I7: the receipt on the screen is the one that the server would tell."""
    link0 = fact("link0")
    for row in Row.select().where(Row.state.in_(DELIVERED)).bind(client.db):
        line = log[row.rev]
        told = receipt_code(row.rev, row.digest, line.seq, link0)
        holds((row.seq, row.receipt) == (line.seq, told), f"I7: {client.name} shows another receipt of {row.rev}")
