"""Where the server keeps its things and how it is reached: one frozen value, made once at the start."""

from dataclasses import dataclass
from pathlib import Path

from .logs import LogKind

LOG_KINDS = ("text", "json")
MOST_DRAIN, MOST_RESERVE = 600, 100_000
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class BadConfig(ValueError):
    """The wishes do not fit together; lists every fault in one go."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the operator may choose.

    `proxy` says that something in front speaks HTTPS for us; without it cookies are not marked as secure and
    only loopback is served, unless the operator names another host on purpose. `backups` is a folder that
    outlives this machine's disk, by the operator's word: only copies there make clients hear «backed up».
    `drain` is in seconds, and `reserve` in megabytes.
    """

    data: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    database: str = ""
    address: str = ""
    proxy: bool = False
    demo: bool = False
    backups: Path | None = None
    log: LogKind = "text"
    drain: int = 0
    reserve: int = 0

    def __post_init__(self) -> None:
        """Refuse what can not work, before anything is opened."""
        faults = []
        if not 0 < self.port < 65536:
            faults.append("the port is a number between 1 and 65535")
        if self.address and not self.address.startswith(("http://", "https://")):
            faults.append("the public address begins with http:// or https://")
        if self.database and not self.database.startswith(("postgresql://", "postgres://", "sqlite:///")):
            faults.append("the database's address begins with postgresql://")
        if not (0 <= self.drain <= MOST_DRAIN and 0 <= self.reserve <= MOST_RESERVE):
            faults.append(f"drain is up to {MOST_DRAIN} seconds, reserve up to {MOST_RESERVE} MB")
        if self.demo and self.proxy:
            faults.append("the demo shows sign-in codes on a page, so it is never served to others")
        if faults:
            raise BadConfig("; ".join(faults))

    @property
    def database_url(self) -> str:
        """Name the database: the one that was asked for, or a file among our own things."""
        return self.database or f"sqlite:///{self.data / 'fotfeste.db'}"

    @property
    def base_url(self) -> str:
        """Give the address that people reach us by, without a last slash; it stands in links and mails."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.address or f"http://{host}:{self.port}").rstrip("/")

    @property
    def keys(self) -> Path:
        """Where secrets lie, each in a file of its own."""
        return self.data / "keys"

    @property
    def mail(self) -> Path:
        """Where mails are written as files."""
        return self.data / "mail"

    @property
    def sms(self) -> Path:
        """Where short messages are written as files."""
        return self.data / "sms"

    @property
    def releases(self) -> Path:
        """Where released blocks are written, one file for each network."""
        return self.data / "releases"

    @property
    def copies(self) -> Path:
        """Where backups are put: another disk or machine if the operator named one, else among our own things."""
        return self.backups or self.data / "backups"

    @property
    def reserve_file(self) -> Path:
        """Where room is held back for the day on which the disk is full."""
        return self.data / "reserve"

    @property
    def erasures(self) -> Path:
        """Where erased records are listed, beside the database so that a backup does not take the list back."""
        return self.data / "erased.jsonl"

    def make_folders(self) -> None:
        """Make the folders, readable by us alone."""
        for folder in (self.data, self.keys, self.mail, self.releases):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
