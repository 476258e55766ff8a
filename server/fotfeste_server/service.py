"""What the running server is made of, in one value that the views are given."""

from dataclasses import dataclass

from fotfeste_shared.database import Database, Writer

from .config import Config
from .mail import Mail


@dataclass(frozen=True, slots=True)
class Service:
    """The open database, its writer, the way out for letters, and the configuration."""

    config: Config
    db: Database
    writer: Writer
    mail: Mail
