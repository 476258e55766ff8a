"""What may happen in a simulated world: people write, computers break, operators restore, organizers decide."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from fotfeste_desktop.exchange import DELIVERED, NotOurServer
from fotfeste_desktop.models import Draft
from fotfeste_desktop.syncing import EnrolmentRefused, Line, Unreachable
from fotfeste_desktop.thinning import KEPT
from fotfeste_server import app as server_app
from fotfeste_server.named.devices import make_code, turn_away
from fotfeste_server.named.erasing import Erasures, erase
from fotfeste_server.named.models import Device, Person, Record, Revision
from fotfeste_server.named.publishing import publish, published
from fotfeste_server.named.rejudging import rejudge
from fotfeste_shared.database import writing
from fotfeste_shared.intake import Filled
from fotfeste_shared.migrating import migrate
from fotfeste_shared.problems import NotFound
from fotfeste_shared.revisions import new_id

from .machines import URL, Broken, Client, Crash, put_image, step_of_tomorrow, take_image
from .wire import Wire
from .writing import Sheet, apart_of, sheet_for

if TYPE_CHECKING:
    from .world import World


def write(world: "World", client: Client) -> None:
    """The person fills in a form, perhaps one that was filled in before, and hands it in."""
    sheet = sheet_for(world.rng, client)
    if sheet is None:
        return
    filled = _type(world, client, sheet)
    if world.rng.random() < 0.12:
        return  # the person is called away; the draft stays
    world.retries[client.name] = (filled, sheet.form, sheet.record)
    _hand_in(world, client, filled, sheet.form)
    if sheet.invalid:
        world.must_be_held[filled.id] = "invalid"
    _perhaps_poison(world, filled.id)


def _type(world: "World", client: Client, sheet: Sheet) -> Filled:
    before = client.must_draft.get(sheet.record, [])
    client.must_draft[sheet.record] = [*before, None, sheet.first, sheet.answers]
    draft = client.outbox().open(sheet.form, sheet.record, sheet.about, sheet.first)
    form = client.overview().form(draft.form, draft.version)
    assert form
    client.outbox().save_draft(sheet.record, sheet.answers)
    client.must_draft[sheet.record] = [sheet.answers]
    return Filled(form.code, form.version, sheet.answers, draft.rev)


def _hand_in(world: "World", client: Client, filled: Filled, form: Any) -> None:
    record = next((each for each, _ in client.must_draft.items() if _draft_rev(client, each) == filled.id), "")
    if record:
        client.must_draft[record].append(None)
    client.outbox().receive(filled, form)
    client.must_draft.pop(record, None)
    world.retries.pop(client.name, None)
    world.note_saved(client)
    if filled.id not in client.rows():
        raise Broken(f"I14: {client.name} was told that {filled.id} is kept, and it is not")


def _draft_rev(client: Client, record: str) -> str:

    row = Draft.select(Draft.rev).where(Draft.record == record).first(client.db)
    return row.rev if row else ""


def _perhaps_poison(world: "World", rev: str) -> None:
    if not world.faulty or world.rng.random() > 0.04:
        return
    if world.rng.random() < 0.5:
        world.storms[rev] = world.rng.choice([500, 502, 413, 400])
        world.count("poison at the door")
    else:
        world.stumbles.add(rev)
        world.count("poison for the judge")


def hand_in_again(world: "World", client: Client) -> None:
    """After a crash the person presses the button once more, or finds the draft and hands that in."""
    filled, form, record = world.retries.get(client.name, (None, None, ""))
    if filled is None:
        return
    try:
        _hand_in(world, client, filled, form)
    except NotFound:
        if record not in world.erased:
            raise
        del world.retries[client.name]


def sync(world: "World", client: Client) -> None:
    """One exchange; when the server does not know the device any more, perhaps connect it anew."""
    line = client.syncing.round().line
    world.count(f"line {line}")
    if line in (Line.LOGIN_NEEDED, Line.REVOKED, Line.WRONG_SERVER) and world.rng.random() < 0.5:
        enrol(world, client)


def enrol(world: "World", client: Client) -> None:
    """The organizer makes a code, and the person types it, again when no answer comes."""
    person = Person.get_by_id(world.people[client.who])
    code = world.as_server(lambda: make_code(world.server.db, person), back_to=client)
    world.count("enrolments")
    for _ in range(3):
        try:
            client.syncing.enrol(URL, code, "PC")
        except (EnrolmentRefused, Unreachable, NotOurServer):
            continue
        return


def kill(world: "World", _client: Client) -> None:
    """The program is killed, and started again."""
    world.count("client kills")
    raise Crash


def snapshot(world: "World", client: Client) -> None:
    """An image is taken of the whole computer."""
    client.image = (take_image(client.path), set(client.must_hold))


def restore_client(world: "World", client: Client) -> None:
    """The computer is put back to its image; what was written since is there no more."""
    if client.image is None:
        return
    world.note_on_server()
    image, held = client.image
    client.cut()
    put_image(client.path, image)
    client.boot(Wire(world, client))
    client.must_hold, client.must_draft = set(held) & world.wanted(), {}
    world.retries.pop(client.name, None)
    client.delivered = {rev for rev, row in client.rows().items() if row.state in DELIVERED}
    world.count("client restored")
    world.note_losses()


def clone(world: "World", client: Client) -> None:
    """The image is put on another computer as well: two now claim to be one device."""
    if client.image is None or len(world.clients) > 5:
        return
    image, held = client.image
    twin = world.add_client(f"{client.name}-klon{len(world.clients)}", client.who, image, client.steps)
    twin.must_hold = set(held) & world.wanted()
    twin.delivered = {rev for rev, row in twin.rows().items() if row.state in DELIVERED}
    world.count("client cloned")


def take_rights(world: "World", client: Client) -> None:
    """An organizer takes the device's rights, or gives them back."""
    identity = client.exchange.identity()
    device = Device.get_or_none(Device.id == identity.device) if identity else None
    if device:
        state = world.rng.choice(["drain_only", "blocked", "active"])
        world.as_server(lambda: turn_away(world.server.db, device, state), back_to=client)
        world.count(f"device {state}")


def forget_token(world: "World", client: Client) -> None:
    """The token is worth nothing any more."""
    identity = client.exchange.identity()
    if identity:
        with writing(world.server.db):
            Device.update(token_hash=new_id()).where(Device.id == identity.device).execute()
        world.count("token lost")


def grow_old(world: "World", client: Client) -> None:
    """Months go by for what lies there: at its daily look at the server the program lets old versions go."""
    before = _thin(client)
    client.exchange.keep(audited_at=None)
    client.syncing.kept = timedelta(0)
    try:
        sync(world, client)
    finally:
        client.syncing.kept = KEPT
    world.stats["old versions let go"] += _thin(client) - before


def _thin(client: Client) -> int:
    return sum(row.thin for row in client.rows().values())


def turn_clock(world: "World", client: Client) -> None:
    """Somebody sets the computer's clock: by hours, by years, or right again."""
    year = 365 * 86400.0
    client.skew = world.rng.choice([0.0, 0.0, 3600, -3600, 86400 * 40, year, -year, 10 * year, -10 * year])
    world.count("clock turned")


def new_form(world: "World", _client: Client) -> None:
    """A new version of a form is published; drafts go on with theirs."""
    code = world.rng.choice(["statusrapport", "mentorlogg", "kobling"])
    newest = published(code)
    publish(world.server.db, replace(newest, version=newest.version + 1))
    rejudge(world.server.db)  # as the start of the program that brings the new form does
    world.count("form published")


def backup(world: "World", client: Client) -> None:
    world.as_server(world.back_up, back_to=client)


def restore(world: "World", client: Client) -> None:
    world.as_server(world.restore_server, back_to=client)


def erase_record(world: "World", client: Client) -> None:
    """Somebody asks to have a record erased; it is to be found nowhere from then on."""
    erasures = Erasures(world.server.config.erasures)
    there = Revision.select(Revision.record).where(Revision.text.is_null(False))
    records = sorted({row.record_id for row in there})
    if not records:
        return
    record = world.rng.choice(records)
    parts = {record, *(part.id for part in Record.select().where(Record.apart_of == record))}
    parts |= {known.record for known in world.saved.values() if apart_of(known.text) == record}
    world.erased |= parts
    for each in world.clients:
        each.must_hold -= {rev for rev, known in world.saved.items() if known.record in parts}
    if world.faulty and world.rng.random() < world.rate:
        world.server.fuse.light(world.rng, statements=20, commits=2)
    try:
        world.as_server(lambda: erase(world.server.db, erasures, record), back_to=client)
    except Crash:
        world.restart_server()
        erase(world.server.db, erasures, record)
    world.server.fuse.put_out()
    world.count("erased")


def update_client(world: "World", client: Client) -> None:
    """A newer program is installed; its first start changes the shape of the file."""
    if step_of_tomorrow not in client.steps:
        client.steps.append(step_of_tomorrow)
        world.count("client updated")
        if world.faulty and world.rng.random() < 0.7:
            client.fuse.light(world.rng, statements=12, commits=1)
        migrate(client.db, client.steps)


def update_server(world: "World", _client: Client) -> None:
    """The same at the server, which may die in the middle of it."""
    if step_of_tomorrow in server_app.STEPS:
        return
    server_app.STEPS.append(step_of_tomorrow)
    world.count("server updated")
    if world.faulty and world.rng.random() < 0.7:
        world.server.fuse.light(world.rng, statements=12, commits=1)
    try:
        migrate(world.server.db, server_app.STEPS)
    except Crash:
        world.restart_server()
    world.server.fuse.put_out()


def wipe(world: "World", client: Client) -> None:
    if world.rng.random() < 0.3:
        world.as_server(world.wipe_server, back_to=client)


EVENTS: dict[str, tuple[float, Callable[["World", Client], None]]] = {
    "writes": (30, write),
    "hands in again": (5, hand_in_again),
    "syncs": (36, sync),
    "is killed": (2, kill),
    "is imaged": (4, snapshot),
    "is restored": (2, restore_client),
    "is cloned": (0.7, clone),
    "is turned away": (2, take_rights),
    "loses its token": (1, forget_token),
    "has its clock turned": (2, turn_clock),
    "sees a new form": (1.5, new_form),
    "sees a backup": (4, backup),
    "sees a restore": (2, restore),
    "sees a wipe": (1.5, wipe),
    "sees an erasure": (1.5, erase_record),
    "grows old": (2, grow_old),
    "is updated": (1, update_client),
    "sees an update": (1, update_server),
}
