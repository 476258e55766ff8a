"""Posts to addresses that people have typed in, and never to the inside of the network that the server stands in."""

import http.client
import ipaddress
import socket
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE = 10  # seconds
MOST_HEARD = 1_000  # bytes of an answer; nobody reads them


class NotAllowed(Exception):
    """The address leads to somewhere that we do not post to."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where to: the machine's number was looked up once, so that a name cannot lead elsewhere a moment later."""

    scheme: str
    host: str
    number: str
    port: int
    path: str


def allowed_inside(keys: Path) -> frozenset[str]:
    """Read from `webhooks.toml` which inner machines the operator has opened: `inside = ["10.0.0.5"]`."""
    file = keys / "webhooks.toml"
    told = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    return frozenset(map(str, told.get("inside", ())))


def look_up(address: str, inside: frozenset[str] = frozenset()) -> Post:
    """Find out where an address leads, and refuse all but HTTPS to public machines."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(parts.hostname or "", port, type=socket.SOCK_STREAM)
    except (ValueError, OSError) as fault:
        raise NotAllowed("no such machine") from fault
    numbers = [str(each[4][0]) for each in found]
    opened = [each for each in numbers if each in inside]
    if parts.username or parts.password or not numbers or parts.scheme not in ("https", "http"):
        raise NotAllowed("not an address for us")
    if not opened and (parts.scheme != "https" or not all(map(_is_public, numbers))):
        raise NotAllowed("not a public machine with https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Post(parts.scheme, parts.hostname or "", (opened or numbers)[0], port, path)


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or inner.is_global)


def post(where: Post, body: bytes, headers: Mapping[str, str]) -> int:
    """Post, and give the status; a redirection is an answer like any other and is not followed."""
    wire = socket.create_connection((where.number, where.port), PATIENCE)
    connection = http.client.HTTPConnection(where.host, where.port, timeout=PATIENCE)
    try:
        # The certificate must be of the name, whatever the number.
        if where.scheme == "https":
            wire = ssl.create_default_context().wrap_socket(wire, server_hostname=where.host)
        connection.sock = wire
        connection.request("POST", where.path, body, dict(headers))
        reply = connection.getresponse()
        reply.read(MOST_HEARD)
        return reply.status
    finally:
        connection.close()
        wire.close()
