"""The ways out, as two narrow ports: letters, and short messages to phones.

Both write files by default, so that nothing leaves the machine before somebody decides how. A file `smtp.toml` or
`sms.toml` among the keys names a mail server or a gateway.
"""

import hashlib
import json
import smtplib
import ssl
import tomllib
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from fotfeste_shared.files import whole_file

Way = TypeVar("Way")
PATIENCE = 20  # seconds for a mail server or gateway


class Refused(Exception):
    """The address takes nothing, now or later; trying again is no use before somebody mends it."""


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
        """Send a letter; the same letter again changes nothing. Raises Refused when the address is no good."""
        ...


class Sms(Protocol):
    """A way for short messages to leave."""

    def send(self, to: str, text: str) -> None:
        """Send a text to a number. Raises Refused when the number is no good."""
        ...


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """Write a letter as a mail."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Fotfeste <{sender}>"
    message["To"] = _on_the_wire(letter.to)
    message["Subject"] = letter.subject
    message["Message-ID"] = f"<{letter.id}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _on_the_wire(address: str) -> str:
    """Write an address whose domain has letters of its own, such as æ, ø and å, as mail servers know it."""
    mailbox, _, domain = address.rpartition("@")
    try:
        return address if domain.isascii() else f"{mailbox}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as fault:  # letters that no domain may have
        raise Refused from fault


@dataclass(frozen=True, slots=True)
class FileMail:
    """Writes letters as `.eml` files into a folder, where an operator, a relay or the demo page finds them."""

    folder: Path

    def send(self, letter: Letter) -> None:
        """Write the letter under a name made from its id."""
        content = message_of(letter, "fotfeste@fotfeste.localhost").as_bytes()
        with whole_file(self.folder / f"{_named(letter.id)}.eml") as file:
            file.write(content)


@dataclass(frozen=True, slots=True)
class SmtpMail:
    """Hands letters to a mail server; a refusal by the server is told, a bounce that comes later is not known here."""

    host: str
    port: int = 587
    sender: str = "fotfeste@localhost"
    user: str = ""
    password: str = ""
    tls: bool = True

    def send(self, letter: Letter) -> None:
        """Send a letter; a server that hears the same Message-ID twice may drop the second."""
        with smtplib.SMTP(self.host, self.port, timeout=PATIENCE) as server:
            if self.tls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            try:
                server.send_message(message_of(letter, self.sender))
            except smtplib.SMTPRecipientsRefused as refusal:
                codes = [code for code, _ in refusal.recipients.values()]
                if all(code >= 500 for code in codes):
                    raise Refused from None
                raise


@dataclass(frozen=True, slots=True)
class FileSms:
    """Writes messages as text files, number on the first line; for development."""

    folder: Path

    def send(self, to: str, text: str) -> None:
        """Write the message; the same one again is the same file."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with whole_file(self.folder / f"{_named(f'{to} {text}')}.txt") as file:
            file.write(f"{to}\n{text}\n".encode())


@dataclass(frozen=True, slots=True)
class HttpSms:
    """Posts messages to a gateway as `{"from": …, "to": …, "text": …}` with a bearer token.

    2xx means taken in, 400 and 422 that the number is no good, everything else that we try again later.
    """

    url: str
    token: str = ""
    sender: str = "Fotfeste"

    def send(self, to: str, text: str) -> None:
        """Post one message."""
        body = json.dumps({"from": self.sender, "to": to, "text": text}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 (checked where it is read)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310 (as above)
                return
        except urllib.error.HTTPError as answer:
            if answer.code in (400, 422):
                raise Refused from None
            raise


class BadSettings(ValueError):
    """The settings of a way out cannot be used."""


def mail_of(keys: Path, folder: Path) -> Mail:
    """Give the way out for letters: the mail server of `smtp.toml`, else files in a folder."""
    return _settings(keys / "smtp.toml", SmtpMail) or FileMail(folder)


def sms_of(keys: Path, folder: Path) -> Sms:
    """Give the way out for messages: the gateway of `sms.toml`, else files in a folder."""
    gateway = _settings(keys / "sms.toml", HttpSms)
    if gateway and not gateway.url.startswith(("https://", "http://127.0.0.1:")):
        raise BadSettings("sms.toml: url begins with https://")
    return gateway or FileSms(folder)


def _settings(file: Path, kind: type[Way]) -> Way | None:
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), kind) if file.exists() else None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise BadSettings(f"{file.name}: {fault}") from fault


def _named(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
