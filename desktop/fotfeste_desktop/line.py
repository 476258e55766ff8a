"""How the line to the server is, said without anything that reaches out: loading that would hold up the window."""

from enum import StrEnum

CONNECT = 5.0  # seconds


class Line(StrEnum):
    """How the line to the server is, by the last exchange; a network card that is up proves nothing."""

    UNKNOWN = "unknown"
    NOT_ENROLLED = "not_enrolled"
    ONLINE = "online"
    OFFLINE = "offline"
    LOGIN_NEEDED = "login_needed"
    REVOKED = "revoked"
    WRONG_SERVER = "wrong_server"
    UPDATE_NEEDED = "update_needed"


class Unreachable(Exception):
    """The server gave no usable answer; `wait` is its own wish for how long to stay away.

    `slow` tells that it may have been for the time it took: a smaller request may come through.
    """

    def __init__(self, line: Line, status: int | None = None, wait: float | None = None, *, slow: bool = False) -> None:
        super().__init__(line)
        self.line = line
        self.status = status
        self.wait = wait
        self.slow = slow


class EnrolmentRefused(Exception):
    """The code is wrong, spent or too old."""
