"""Which letters with links are to go today: the only reader of the mail key, run once a day for all at once.

A link and its address lie closed in one box. Whoever has answered is found by a hash, and the box is emptied; the
same happens after the one reminder. Nothing here says who has answered: only that a box is empty, for one reason
or the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from fotfeste_shared.database import Database, writing

from .invitations import Addressee, hashed, opened_link
from .keys import Keys
from .models import Inbox, Invitation, Window

Kind = Literal["invitation", "reminder"]
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Due:
    """One letter that is to go: to whom, and what its link opens."""

    invitation: str
    kind: Kind
    token: str
    to: Addressee
    form: str
    version: int
    wave: str
    closes: date

    @property
    def id(self) -> str:
        """Name the letter, so that sending it twice can be told from sending two."""
        return hashed("let", self.token, self.kind)


def due_letters(db: Database, keys: Keys, network: str, today: date) -> list[Due]:
    """Give the letters of today, after forgetting the links of those who have answered or need no more letters."""
    with writing(db):
        found = list(_opened(keys, network))
        over = [row.id for row, token, who in found if _is_over(row, token, who, today)]
        for start in range(0, len(over), AT_ONCE):
            Invitation.update(link=None).where(Invitation.id.in_(over[start : start + AT_ONCE])).execute()
    gone = set(over)
    due = [_due(row, token, who) for row, token, who in found if row.id not in gone and who and _is_due(row, today)]
    # In the order of hashes of the tokens: the order in which people were invited tells nothing.
    return sorted(due, key=lambda letter: letter.id)


def _opened(keys: Keys, network: str) -> Iterator[tuple[Invitation, str, Addressee | None]]:
    for row in Invitation.select().join(Window).where(_alive(network)):
        yield row, *opened_link(keys, bytes(row.link or b""))


def _alive(network: str) -> Any:  # noqa: ANN401 (a condition of peewee)
    return (Invitation.network == network) & Invitation.link.is_null(False) & Window.sealed.is_null()


def _is_over(row: Invitation, token: str, who: Addressee | None, today: date) -> bool:
    if _has_answered(token) or today > row.closes:
        return True
    return who is not None and (row.sent >= 2 or (row.sent == 1 and row.remind is None))


def _is_due(row: Invitation, today: date) -> bool:
    if today < row.opens:
        return False
    return row.sent == 0 or (row.sent == 1 and row.remind is not None and today >= row.remind)


def _due(row: Invitation, token: str, who: Addressee) -> Due:
    kind: Kind = "reminder" if row.sent else "invitation"
    return Due(row.id, kind, token, who, row.form, row.version, row.wave, row.closes)


def mark_sent(db: Database, letter: Due) -> None:
    """Note that a letter has gone; after the reminder link and address are forgotten."""
    change: dict[str, object] = {"sent": 1} if letter.kind == "invitation" else {"sent": 2, "link": None}
    with writing(db):
        Invitation.update(**change).where(Invitation.id == letter.invitation).execute()


def take_back(db: Database, letter: Due) -> None:
    """Remove a link whose letter nobody took in: it has reached nobody, so it may not answer either."""
    with writing(db):
        Invitation.delete().where((Invitation.id == letter.invitation) & (Invitation.sent == 0)).execute()


def take_back_all(db: Database, keys: Keys, network: str, address: str) -> list[tuple[str, str]]:
    """Remove the unused links that went to an address from which letters came back; gives their forms and waves.

    Once a reminder has gone or an answer come, the address is forgotten and nothing is found: then nothing goes.
    """
    with writing(db):
        found = [
            row for row, token, who in _opened(keys, network)
            if who and who.to == address and row.sent and not _has_answered(token)
        ]  # fmt: skip
        for start in range(0, len(found), AT_ONCE):
            ids = [row.id for row in found[start : start + AT_ONCE]]
            Invitation.delete().where(Invitation.id.in_(ids)).execute()
    return sorted((row.form, row.wave) for row in found)


def _has_answered(token: str) -> bool:
    return bool(Inbox.select().where(Inbox.id == hashed("ans", token)).exists())


def forget_address(db: Database, keys: Keys, network: str, addresses: set[str]) -> int:
    """Forget every link that would go to one of these addresses, because its owner's contact is erased."""
    with writing(db):
        found = [row.id for row, _, who in _opened(keys, network) if who and who.to in addresses]
        for start in range(0, len(found), AT_ONCE):
            Invitation.update(link=None).where(Invitation.id.in_(found[start : start + AT_ONCE])).execute()
    return len(found)


def waiting_for_reminder(network: str, today: date) -> int:
    """Say how many are reminded today at most: without the mail key nobody knows who has answered since yesterday."""
    asked = Invitation.select().join(Window).where(_alive(network) & (Invitation.sent == 1))
    return int(asked.where((Invitation.remind <= today) & (Invitation.closes >= today)).count())
