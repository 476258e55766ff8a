"""Signing in with an account elsewhere, by OpenID Connect: Entra ID of a municipality, ID-porten, Ansattporten.

A file `openid.toml` among the keys names the services; without it there are none. Code flow with PKCE, state and
nonce; who somebody is comes from the signed token alone, checked by Authlib and joserfc.
"""

import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec

from fotfeste_shared.problems import Problem

if TYPE_CHECKING:  # a second at every start, for the few who use it
    from authlib.integrations.requests_client import OAuth2Session

PATIENCE = 10  # seconds for a service elsewhere
LEEWAY = 60  # seconds that its clock may differ from ours
KNOWN_FOR = 3600.0  # seconds that a service's own description is good for
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]  # never a shared secret
MANY_TENANTS = ("/common/", "/organizations/", "/consumers/")  # anybody's tenant could say it is anybody
FAILED = "Innloggingen hos {name} gikk ikke. Prøv igjen, eller bruk kode på e-post."


class BadSettings(ValueError):
    """The file of services cannot be used; says why."""


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One service elsewhere, as the operator describes it.

    `known_by_email` takes its word for an address, once: only for a service of whom you know that nobody can choose
    their own. Without it people connect their account on their own page, when they are signed in.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = ""
    scope: str = "openid email profile"
    acr_values: str = ""
    auth: Literal["client_secret_basic", "client_secret_post", "none"] = "client_secret_basic"
    known_by_email: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is at a service elsewhere; `email` only where its word is taken for it."""

    issuer: str
    subject: str
    email: str | None


def providers(keys: Path) -> dict[str, Provider]:
    """Read the services from `openid.toml`; none without the file."""
    file = keys / "openid.toml"
    if not file.exists():
        return {}
    try:
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), dict[str, Provider])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise BadSettings(f"{file.name}: {fault}") from fault
    for code, each in found.items():
        if not code.isidentifier() or not code.isascii():
            raise BadSettings(f"{file.name}: {code} is no name for an address")
        if not each.issuer.startswith("https://") and urlsplit(each.issuer).hostname not in ("localhost", "127.0.0.1"):
            raise BadSettings(f"{file.name}: the issuer of {code} begins with https://")
        if any(many in f"{each.issuer}/" for many in MANY_TENANTS):
            raise BadSettings(f"{file.name}: name one tenant as the issuer of {code}, not all of them")
    return found


def begin(provider: Provider, back: str, language: str) -> tuple[str, dict[str, str]]:
    """Give the address to send the browser to, and what must be kept for its return."""
    from authlib.common.security import generate_token

    kept = {"state": generate_token(43), "nonce": generate_token(43), "verifier": generate_token(64)}
    more = {"acr_values": provider.acr_values} if provider.acr_values else {}
    try:
        told = _described(provider)
        with _session(provider, back) as session:
            address, _ = session.create_authorization_url(
                told["authorization_endpoint"], state=kept["state"], nonce=kept["nonce"],
                code_verifier=kept["verifier"], ui_locales=language, **more,
            )  # fmt: skip
    except (OSError, ValueError, KeyError) as fault:
        raise _failed(provider) from fault
    return str(address), kept


def finish(provider: Provider, back: str, kept: Mapping[str, str], answer: Mapping[str, str]) -> Claims:
    """Trade the code that the browser came back with for the signed token, and read it; any fault is a refusal."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    ours = answer.get("state") == kept["state"] and answer.get("iss", provider.issuer) == provider.issuer
    if not ours or not answer.get("code"):
        raise _failed(provider)
    try:
        told = _described(provider)
        with _session(provider, back) as session:
            token = session.fetch_token(
                told["token_endpoint"], grant_type="authorization_code", code=answer["code"],
                code_verifier=kept["verifier"], timeout=PATIENCE,
            )  # fmt: skip
            claims = _read(provider, session, told["jwks_uri"], token, kept["nonce"])
    # A service elsewhere may say anything at all; whatever we cannot read lets nobody in.
    except (AuthlibBaseError, JoseError, OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise _failed(provider) from fault
    sure = provider.known_by_email and claims.get("email_verified", True) is True
    email = claims.get("email") if sure else None
    return Claims(provider.issuer, str(claims["sub"]), email if isinstance(email, str) else None)


def _failed(provider: Provider) -> Problem:
    return Problem(FAILED, {"name": provider.name}, code="openid", status=400)


def _read(provider: Provider, session: "OAuth2Session", keys: str, token: Mapping[str, Any], nonce: str) -> Any:  # noqa: ANN401
    """Check the signed token: by whom, for whom, for how long, and that it answers this very question."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.jwk import KeySet

    fetched = session.get(keys, withhold_token=True, timeout=PATIENCE)
    fetched.raise_for_status()
    signed = jwt.decode(token["id_token"], KeySet.import_key_set(fetched.json()), algorithms=ALGORITHMS)
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        params={"nonce": nonce, "client_id": provider.client_id, "access_token": token.get("access_token")},
    )
    claims.validate(leeway=LEEWAY)
    if not claims.get("sub"):
        raise ValueError("no subject")
    return claims


def _session(provider: Provider, back: str) -> "OAuth2Session":
    from authlib.integrations.requests_client import OAuth2Session

    return OAuth2Session(
        provider.client_id, provider.client_secret or None, token_endpoint_auth_method=provider.auth,
        scope=provider.scope, redirect_uri=back, code_challenge_method="S256",
    )  # fmt: skip


_DESCRIBED: dict[str, tuple[float, dict[str, str]]] = {}


def _described(provider: Provider) -> dict[str, str]:
    """Give the service's description of itself, which must be of the issuer that we asked."""
    moment = time.monotonic()
    read, told = _DESCRIBED.get(provider.issuer, (0.0, {}))
    if not told or moment - read > KNOWN_FOR:
        with _session(provider, "") as session:
            where = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            fetched = session.get(where, withhold_token=True, timeout=PATIENCE)
        fetched.raise_for_status()
        told = fetched.json()
        if told["issuer"] != provider.issuer:
            raise ValueError("it calls itself otherwise")
        _DESCRIBED[provider.issuer] = moment, told
    return told
