"""Passkeys: a key on one's own phone or computer that signs in without any code, and cannot be given away by mistake."""

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Forbidden, Invalid, NotFound

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
UNKNOWN = "Vi kjente ikke igjen passnøkkelen. Logg inn med kode på e-post."
NOT_MADE = "Passnøkkelen ble ikke laget. Prøv en gang til."


@dataclass(frozen=True, slots=True)
class Site:
    """The address that passkeys are bound to: one made here is worth nothing on any other."""

    id: str
    origin: str


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


def add(db: Database, site: Site, person: Person, browser: str, answer: str, name: str) -> Passkey:
    """Keep the public half of the key that the browser made for this very question."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    asked = end_handshake(db, ADDING, browser)
    if asked["person"] != person.id or len(answer) > LONGEST:
        raise Invalid(questions={"name": NOT_MADE})
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=bytes.fromhex(asked["challenge"]),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise Invalid(questions={"name": NOT_MADE}) from fault
    row = {
        "id": webauthn.helpers.bytes_to_base64url(made.credential_id), "person": person.id,
        "public_key": made.credential_public_key.hex(), "count": made.sign_count,
        "name": one_line(name, 60) or "–", "added": now(),
    }  # fmt: skip
    with writing(db):
        if not insert_once(Passkey, Passkey.id, **row):
            raise Invalid(questions={"name": NOT_MADE})
    return Passkey.get_by_id(row["id"])


def remove(db: Database, person: Person, id_: str) -> None:
    """Take one of a person's own passkeys out of use."""
    with writing(db):
        if Passkey.delete().where((Passkey.id == id_) & (Passkey.person == person.id)).execute() != 1:
            raise NotFound


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
    from webauthn.helpers import base64url_to_bytes, exceptions

    asked = end_handshake(db, SIGNING_IN, browser)
    try:
        if len(answer) > LONGEST:
            raise ValueError("far too long")
        shown = webauthn.helpers.parse_authentication_credential_json(answer)
        key = Passkey.get_or_none(Passkey.id == shown.id)
        owner = shown.response.user_handle
        if key is None or (owner and owner != UUID(key.person_id).bytes) or shown.raw_id != base64url_to_bytes(key.id):
            raise ValueError("not one of ours")
        proved = webauthn.verify_authentication_response(
            credential=shown,
            expected_challenge=bytes.fromhex(asked["challenge"]),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=bytes.fromhex(key.public_key),
            credential_current_sign_count=key.count,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise Forbidden(UNKNOWN, code="unknown_passkey") from fault
    with writing(db):
        # The count may only grow: of a key and its copy, the second to come is refused.
        same = (Passkey.id == key.id) & (Passkey.count == key.count)
        if Passkey.update(count=proved.new_sign_count, used=today()).where(same).execute() != 1:
            raise Forbidden(UNKNOWN, code="unknown_passkey")
        return begin_session(db, key.person, way="passkey", seen_as=seen_as)
