"""Mails: written to files by default, so that nothing leaves the machine before somebody decides how."""

import hashlib
import os
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person; `id` makes sending it twice the same as sending it once."""

    id: str
    to: str
    subject: str
    text: str


class Mail(Protocol):
    """A way for letters to leave."""

    def send(self, letter: Letter) -> None:
        """Send a letter; the same letter again changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class FileMail:
    """Writes letters as `.eml` files into a folder, where an operator, a relay or the demo page finds them."""

    folder: Path

    def send(self, letter: Letter) -> None:
        """Write the letter under a name made from its id."""
        message = EmailMessage(policy=SMTP)
        message["From"] = "Fotfeste <fotfeste@localhost>"
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Message-ID"] = f"<{letter.id}@fotfeste.localhost>"
        message.set_content(letter.text)
        name = hashlib.sha256(letter.id.encode()).hexdigest()[:32]
        half = self.folder / f".{name}.part"
        with os.fdopen(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.folder / f"{name}.eml")
