"""Parsers under atheris: `python fuzzing.py NAME SECONDS`. Whatever they are given, they read it or refuse it."""

import io
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl

TRANSCRIPTS = Path(__file__).resolve().parents[1] / "data" / "transcripts"
KEY = b"k" * 32


def push(data: bytes) -> None:
    """What a device delivers, and each text in it."""
    from fotfeste_shared import sync

    try:
        items = sync.read(sync.Push, data).items
    except sync.BadMessage:
        return
    for item in items:
        revision(item.text.encode("utf-8", "surrogatepass"))


def parcel(data: bytes) -> None:
    """What is carried by hand, once it is opened."""
    from fotfeste_shared import sync

    for kind in (sync.Parcel, sync.Pull, sync.Have, sync.Enrol):
        try:
            sync.read(kind, data)
        except sync.BadMessage:
            continue


def revision(data: bytes) -> None:
    """The text of a revision, and the judge behind it."""
    from fotfeste_shared.forms import shipped
    from fotfeste_shared.judging import Context, judge
    from fotfeste_shared.revisions import Unreadable, read_revision, write_revision

    text = data.decode("utf-8", "replace")
    try:
        read = read_revision(text)
    except Unreadable:
        return
    assert read == read_revision(write_revision(read).text)
    for code in ("statusrapport", "mentorlogg"):
        judge(shipped()[code], read.answers, Context(today=date(2027, 3, 1)))


def page(data: bytes) -> None:
    """The fields of a posted form, read and judged."""
    from werkzeug.datastructures import MultiDict

    from fotfeste_shared.forms import shipped
    from fotfeste_shared.judging import Context, judge
    from fotfeste_shared.web.reading import read_answers

    posted = MultiDict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))
    for code in ("statusrapport", "pamelding_nettverk"):
        form = shipped()[code]
        judge(form, read_answers(form, posted), Context(today=date(2027, 3, 1)))


def definition(data: bytes) -> None:
    """A form as a municipality's own would be written."""
    from fotfeste_shared.forms import FormFault, read_form

    try:
        read_form(data)
    except FormFault:
        return


def closed_file(data: bytes) -> None:
    """A closed file from somebody who does not have the key."""
    from fotfeste_shared.closed_file import NotOpened, open_file

    try:
        open_file(io.BytesIO(data), io.BytesIO(), KEY)
    except NotOpened:
        return


def head(data: bytes) -> None:
    """A head of the audit log as people paste it."""
    from fotfeste_server.audit import read_head

    try:
        read_head(data.decode("utf-8", "replace"))
    except ValueError:
        return


def way_back(data: bytes) -> None:
    """Where to go after signing in: never to another site."""
    from fotfeste_server.views.signin import local

    to = local(data.decode("utf-8", "replace"))
    assert to.startswith("/"), to
    assert not to.startswith(("//", "/\\")), to


def address(data: bytes) -> None:
    """An e-mail address as somebody typed it."""
    from fotfeste_server.named.people import email
    from fotfeste_shared.problems import Invalid

    try:
        kept = email(data.decode("utf-8", "replace"))
    except Invalid:
        return
    assert "\n" not in kept, kept
    assert 1 == kept.count("@"), kept


PARSERS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each
    for each in (push, parcel, revision, page, definition, closed_file, head, way_back, address)
}


def seeds(folder: Path) -> None:
    """Write what clients once said, for the fuzzer to begin from."""
    exchanges = [each for path in TRANSCRIPTS.glob("*.json") for each in json.loads(path.read_text("utf-8"))]
    bodies = [each.get("body", "") for each in exchanges]
    texts = [item["text"] for body in bodies if '"items"' in body for item in json.loads(body)["items"]]
    pages = ["a.kort=Noe&a.framdrift=20&a.tall.0.nye_ansatte=4", "navn@kommune.no", "/networks?a=b", f"7:{'a' * 64}"]
    for number, text in enumerate([*bodies, *texts, *pages]):
        (folder / f"{number}").write_text(text, "utf-8")


def main(name: str, seconds: str) -> None:
    """Let the fuzzer at one parser."""
    import atheris

    with atheris.instrument_imports(include=["fotfeste_shared", "fotfeste_server"]):
        PARSERS[name](b"")
    folder = Path(tempfile.mkdtemp())
    seeds(folder)
    limits = ["-timeout=10", "-rss_limit_mb=1024", "-max_len=8192", f"-max_total_time={seconds}"]
    told = ["-print_final_stats=1", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *limits, *told, str(folder)], PARSERS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
