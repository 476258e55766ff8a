"""Passkeys: a key on one's own phone or computer that signs in without a code, and is not given away by mistake."""

import ipaddress
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Forbidden, Invalid, NotFound

from .. import audit
from .handshakes import begin_handshake, end_handshake
from .models import Person
from .people import one_line
from .sign_in_models import Passkey
from .signing_in import begin_session

if TYPE_CHECKING:  # half a second at every start, for the few who use it
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

ADDING, SIGNING_IN = "passkey new", "passkey"
MOST = 20  # keys of one person
LONGEST = 16_384  # letters of what a browser hands over
# What reading an answer of rubbish may end in; the library promises its own faults only for what has the right shape.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error)
UNKNOWN = "Vi kjente ikke igjen passnøkkelen. Logg inn med kode på e-post."
NOT_MADE = "Passnøkkelen ble ikke laget. Prøv en gang til."


@dataclass(frozen=True, slots=True)
class Site:
    """The address that passkeys are bound to: one made here is worth nothing on any other."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a browser hands over when it has made a passkey, and what its owner calls it."""

    answer: str
    name: str


def site_of(address: str) -> Site | None:
    """Name the site at an address; None where browsers allow no passkeys: plain HTTP, or numbers for a name."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        safe = parts.scheme == "https" or host == "localhost"
        return Site(host, f"{parts.scheme}://{parts.netloc}") if safe and host else None
    return None


def keys_of(person: Person) -> list[Passkey]:
    """List a person's passkeys, oldest first."""
    return list(Passkey.select().where(Passkey.person == person.id).order_by(Passkey.added))


# --- a new one -------------------------------------------------------------------------------------


def ask_for_new(db: Database, site: Site, person: Person, browser: str) -> str:
    """Write the question by which a browser makes a passkey: with the person's finger, face or number."""
    import webauthn
    from webauthn.helpers import structs

    had = keys_of(person)
    if len(had) >= MOST:
        raise Invalid(questions={"name": "Du har for mange passnøkler. Fjern en først."})
    asked = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name="Fotfeste",
        user_id=UUID(person.id).bytes,
        user_name=person.email,
        user_display_name=person.name,
        exclude_credentials=[_described(each) for each in had],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    begin_handshake(db, ADDING, browser, {"challenge": asked.challenge.hex(), "person": person.id})
    return webauthn.options_to_json(asked)


def _described(key: Passkey) -> "PublicKeyCredentialDescriptor":
    from webauthn.helpers import base64url_to_bytes, structs

    return structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id))


def add(
    db: Database, site: Site, person: Person, browser: str, made: Made, *, tell: Callable[[Person], None]
) -> None:
    """Keep the public half of the key that the browser made for this very question.

    `tell` puts a letter to its owner among the jobs of this transaction.
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    asked = end_handshake(db, ADDING, browser)
    if asked["person"] != person.id or len(made.answer) > LONGEST:
        raise Invalid(questions={"name": NOT_MADE})
    try:
        proved = webauthn.verify_registration_response(
            credential=made.answer,
            expected_challenge=bytes.fromhex(asked["challenge"]),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *UNREADABLE) as fault:
        raise Invalid(questions={"name": NOT_MADE}) from fault
    row = {
        "id": webauthn.helpers.bytes_to_base64url(proved.credential_id), "person": person.id,
        "public_key": proved.credential_public_key.hex(), "count": proved.sign_count,
        "name": one_line(made.name, 60) or "–", "added": now(),
    }  # fmt: skip
    with writing(db):
        if not insert_once(Passkey, Passkey.id, **row):
            raise Invalid(questions={"name": NOT_MADE})
        tell(person)
        audit.tell(db, "passkey added", person.id)


def remove(db: Database, person: Person, id_: str) -> None:
    """Take one of a person's own passkeys out of use."""
    with writing(db):
        if Passkey.delete().where((Passkey.id == id_) & (Passkey.person == person.id)).execute() != 1:
            raise NotFound
        audit.tell(db, "passkey removed", person.id)


# --- signing in ------------------------------------------------------------------------------------


def ask_for_any(db: Database, site: Site, browser: str) -> str:
    """Write the question by which a browser shows one of its keys; nobody has said yet who they are."""
    import webauthn
    from webauthn.helpers import structs

    asked = webauthn.generate_authentication_options(
        rp_id=site.id, user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    begin_handshake(db, SIGNING_IN, browser, {"challenge": asked.challenge.hex()})
    return webauthn.options_to_json(asked)


def sign_in_with(db: Database, site: Site, browser: str, answer: str, *, seen_as: str = "") -> str:
    """Trade a signature on our question for a session and give its token; every refusal sounds the same."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    asked = end_handshake(db, SIGNING_IN, browser)
    try:
        key = _shown(answer)
        proved = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=bytes.fromhex(asked["challenge"]),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=bytes.fromhex(key.public_key),
            credential_current_sign_count=key.count,
            require_user_verification=True,
        )
    except (WebAuthnException, *UNREADABLE) as fault:
        raise Forbidden(UNKNOWN, code="unknown_passkey") from fault
    with writing(db):
        # The count may only grow: of a key and its copy, the second to come is refused.
        same = (Passkey.id == key.id) & (Passkey.count == key.count)
        if Passkey.update(count=proved.new_sign_count, used=today()).where(same).execute() != 1:
            raise Forbidden(UNKNOWN, code="unknown_passkey")
        return begin_session(db, key.person, way="passkey", seen_as=seen_as)


def _shown(answer: str) -> Passkey:
    """Find the key that a browser says it has signed with, and that its owner is whom it names."""
    from webauthn.helpers import parse_authentication_credential_json

    if len(answer) > LONGEST:
        raise ValueError("far too long")
    shown = parse_authentication_credential_json(answer)
    key = Passkey.get_or_none(Passkey.id == shown.id)
    if key is None or shown.response.user_handle not in (None, UUID(key.person_id).bytes):
        raise ValueError("not one of ours")
    return key
