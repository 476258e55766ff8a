"""What the running server is made of, in one value that the views are given."""

from dataclasses import dataclass

from fotfeste_shared.database import Database, Writer

from .anonymous.keys import Keys
from .config import Config
from .mail import Mail, Sms


@dataclass(frozen=True, slots=True)
class Service:
    """The open database, its writer, the ways out for letters and short messages, the keys, and the configuration.

    `secret` is the key of form tokens and device tokens, which lies in a file outside of the database.
    """

    config: Config
    db: Database
    writer: Writer
    mail: Mail
    keys: Keys
    secret: bytes
    sms: Sms
