"""Windows and the links that let somebody answer once: made, looked at, and forgotten.

A token is seen in clear by whoever gets the link and by nobody afterwards: we keep two different hashes of it,
one that says "may answer" and one that says "this answer", and nothing joins the two without the token.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import Literal

from fotfeste_shared.database import Database, Prepared, gap, locked, writing
from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.problems import Conflicting, NotFound
from fotfeste_shared.revisions import anonymous_receipt, new_id, typed_code
from fotfeste_shared.wording import Language, as_language

from .crossing import promise
from .keys import Keys
from .models import Inbox, Invitation, Window

State = Literal["not_yet", "open", "closed"]
EVERYWHERE = "*"
THE_END = "end"  # the quarter of a network's last seal, which has no links
LETTER_LENGTH = 400  # every address is filled up to this, so that the length of a closed one tells nothing


WHAT_A_LINK_OPENS = Prepared(
    Invitation,
    lambda: (
        Invitation.select(
            Invitation.form, Invitation.version, Invitation.wave, Invitation.network, Window.sealed,
            Invitation.opens, Invitation.closes,
        )
        .join(Window)
        .where(Invitation.id == gap("id"))
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to: which form, for which wave, and whether it takes answers today."""

    form: str
    version: int
    wave: str
    network: str
    opens: date
    closes: date
    state: State


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a letter with a link goes, and in which language; closed with the link and forgotten with it."""

    to: str
    language: Language


def hashed(label: Literal["inv", "ans", "rec", "let"], *parts: str) -> str:
    """Hash a secret for one purpose; hashes for different purposes cannot be compared."""
    return hashlib.sha256("|".join((label, *parts)).encode()).hexdigest()


def open_window(db: Database, keys: Keys, network: str, quarter: str, *, opens: date, closes: date) -> str:
    """Make a window and its keys; the private key is durable before the first answer can be closed to it.

    After a network's last seal there is none to be made. The tables that were registered are its own from now on.
    """
    window = new_id()
    refuse_after_the_end(network)
    public_key = keys.new_window(window)
    try:
        with writing(db):
            list(locked(Window.select().where(Window.network == network).order_by(Window.id)))
            refuse_after_the_end(network)
            Window.insert(
                id=window, network=network, quarter=quarter, opens=opens, closes=closes, public_key=public_key
            ).execute()
            promise(network, window)
    except Conflicting:
        keys.destroy_window(window)
        raise
    return window


def has_ended(network: str) -> bool:
    """Tell whether a network has had its last seal."""
    return bool(Window.select().where((Window.network == network) & (Window.quarter == THE_END)).exists())


def refuse_after_the_end(network: str) -> None:
    """Refuse what would open a window of a network that has had its last seal."""
    if has_ended(network):
        raise Conflicting("Undersøkelsene i nettverket er avsluttet. Da kan ingen vinduer åpnes.")


def invite(
    db: Database,
    keys: Keys,
    window: str,
    form: FormDefinition,
    *,
    wave: str = "",
    place: str = EVERYWHERE,
    count: int = 1,
    opens: date | None = None,
    closes: date | None = None,
    to: Sequence[Addressee] = (),
    remind: date | None = None,
    typed: bool = False,
) -> list[str]:
    """Make links for people in one place and wave; the tokens are told here, once.

    The days default to the window's; answers to a form that is told for the network only carry no place at all.
    With addressees each gets a link that goes by letter; `typed` ones are short enough to be typed from paper.
    """
    tokens = [new_token(typed=typed) for _ in range(len(to) or count)]
    links = [keys.close_link(_closed(token, who)) for token, who in zip(tokens, to or repeat(None), strict=False)]
    with writing(db):
        found = locked(Window.select().where((Window.id == window) & Window.sealed.is_null())).first()
        if found is None:
            raise NotFound
        shared = {
            "window": window, "network": found.network, "form": form.code, "version": form.version, "wave": wave,
            "place": place if form.results_level in ("municipality", "team") else EVERYWHERE,
            "opens": max(opens or found.opens, found.opens), "closes": min(closes or found.closes, found.closes),
            "remind": remind,
        }  # fmt: skip
        rows = [
            {"id": hashed("inv", token), "link": link, **shared}
            for token, link in zip(tokens, links, strict=True)
        ]
        # Sorted by hash, so that the rows' place in PostgreSQL's files does not tell the order of a list of people.
        for row in sorted(rows, key=lambda row: str(row["id"])):
            Invitation.insert(row).execute()
    return tokens


def new_token(*, typed: bool = False) -> str:
    """Make a link's token: 128 bits, or for paper 80 bits in letters that are not mistaken for each other."""
    return typed_code(anonymous_receipt()) if typed else secrets.token_urlsafe(16)


def _closed(token: str, who: Addressee | None) -> str:
    return token if who is None else f"{token}\n{who.language}\n{who.to}".ljust(LETTER_LENGTH)


def opened_link(keys: Keys, link: bytes) -> tuple[str, Addressee | None]:
    """Open a link with the mail key: its token, and where it goes by letter."""
    token, *rest = keys.open_link(link).rstrip(" ").split("\n")
    return token, Addressee(rest[1], as_language(rest[0])) if rest else None


def open_invitation(token: str, today: date) -> Opened:
    """Look up a link; raises NotFound when we never made it. Looking changes nothing, however often."""
    row = WHAT_A_LINK_OPENS.run(id=hashed("inv", token)).fetchone()
    if row is None:
        raise NotFound
    form, version, wave, network, sealed, *days = row
    opens, closes = map(date.fromisoformat, days)
    state: State = "not_yet" if today < opens else "open"
    if today > closes or sealed is not None:
        state = "closed"
    return Opened(form, version, wave, network, opens, closes, state)


def place_of_link(token: str) -> str:
    """Tell which place a link's answer belongs to, for showing what is seen of it."""
    row = Invitation.get_or_none(Invitation.id == hashed("inv", token))
    if row is None:
        raise NotFound
    return str(row.place)


def still_unanswered(db: Database, keys: Keys, window: str) -> list[str]:
    """Give the tokens of those who have not answered, for reminders, and forget the links of those who have.

    Run once a day for all at once: when a link goes, it tells the day at most, never the answer's place in a row.
    """
    with writing(db):
        links = dict(_links(keys, window))
        answers = {hashed("ans", token): key for key, token in links.items()}
        here = {row.id for row in Inbox.select(Inbox.id).where(Inbox.window == window)}
        answered = sorted(key for answer, key in answers.items() if answer in here)
        for start in range(0, len(answered), 500):
            Invitation.update(link=None).where(Invitation.id.in_(answered[start : start + 500])).execute()
    return sorted(token for key, token in links.items() if key not in set(answered))


def _links(keys: Keys, window: str) -> Iterator[tuple[str, str]]:
    rows = Invitation.select(Invitation.id, Invitation.link)
    for row in rows.where((Invitation.window == window) & Invitation.link.is_null(False)):
        yield row.id, opened_link(keys, bytes(row.link or b""))[0]
