"""Secrets that people and programs carry: made from chance, and kept by us as hashes only."""

import hashlib
import secrets

from fotfeste_shared.revisions import CROCKFORD, typed_code


def new_token() -> str:
    """Make a token that a program carries: 256 bits."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Make a code that a person types: eight letters and digits, 40 bits, none that look alike."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(8))


def grouped(code: str) -> str:
    """Write a code as people read it: `7KQ2-M9XD`."""
    return f"{code[:4]}-{code[4:]}"


def hashed(purpose: str, secret: str) -> str:
    """Name a secret without telling it; the purpose keeps one kind from being taken for another."""
    return hashlib.sha256(f"{purpose}|{secret}".encode()).hexdigest()


def hashed_code(purpose: str, typed: str) -> str:
    """Name a code however it was typed."""
    return hashed(purpose, typed_code(typed))


def short_code(purpose: str, text: str) -> str:
    """Make a code of eight letters and digits that a person may refer to; it opens nothing."""
    number = int(hashed(purpose, text)[:10], 16)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(0, 40, 5))
