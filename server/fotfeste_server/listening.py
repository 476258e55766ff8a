"""Finds out, before anything is opened, whether we can listen where we were asked to, and how others reach us."""

import ipaddress
import socket
import sys

ELSEWHERE = ("192.0.2.1", 9)  # an address that RFC 5737 keeps for examples; nothing is ever sent to it


class CannotListen(Exception):
    """Nobody can be served there; says why in a sentence."""


def numeric(host: str, port: int) -> str:
    """Give the address to listen on as a number, free to be listened on.

    The web server shares its port with whoever asks for the same one: two houses would then answer by turns.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as fault:
        raise CannotListen(f"{host} is no address of this machine; use 127.0.0.1 or 0.0.0.0") from fault
    family, kind, protocol, _, place = min(found, key=lambda each: each[0])
    with socket.socket(family, kind, protocol) as probe:
        if sys.platform != "win32":  # there it would let us in where another one listens
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
            probe.listen()
        except OSError as fault:
            why = f"{host}:{port} can not be listened on ({fault.strerror}); choose another --port or --host"
            raise CannotListen(why) from fault
    return str(place[0])


def reached_at(listening: str) -> str:
    """Give the address by which others in the same network reach us, where we listen on every address we have."""
    address = ipaddress.ip_address(listening)
    if not address.is_unspecified:
        return listening
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)  # sends nothing: the system only picks the card that it would go out by
        except OSError:
            return "127.0.0.1"  # no network at all
        return str(probe.getsockname()[0])
