"""B1, B3, B4, B8 and B12: the survey on a phone, its page and its answers."""

import gzip
import http.client
import re
from collections.abc import Iterator
from pathlib import Path

import brotli
from figures import Figure, Wishes, megabytes, milliseconds, per_second, timed
from load import Answered, Load, ask, get, post
from serving import Running, bare, folder, serving
from survey import Links, answers, kept, open_survey

from fotfeste_shared.database import close_database, open_database

CLIENTS = 32
LOADS = re.compile(r'(?:src|href)="(/[^"]+\.(?:m?js|css|svg|png|woff2?))"|(?:from|import)\s*\(?"(/[^"]+)"')
COMPLETE = 4_000  # links of which each is opened and answered


def b1(wishes: Wishes) -> Iterator[Figure]:
    """Count every byte of the longest survey page and of what it loads, as it crosses the wire."""
    del wishes
    with folder() as data:
        token = open_survey(data, 1).tokens[0]
        with serving(data) as server:
            sizes = dict(_everything(server.port, f"/s/{token}", "gzip, deflate, br"))
            older = dict(_everything(server.port, f"/s/{token}", "gzip"))
    yield Figure(
        "B1",
        "survey page (longest wave) and all it loads: bytes compressed with headers, requests",
        f"{sum(sizes.values()):,} bytes, {len(sizes)} requests (gzip: {sum(older.values()):,})",
        "one TCP flight: 12,000 bytes",
        sum(sizes.values()) / 12_000,
        "≤ 6,000 bytes, ≤ 2",
        "Enketo 296,802, 3",
    )


def _everything(port: int, first: str, packed: str) -> Iterator[tuple[str, int]]:
    """Follow the page to what it loads, and what that loads."""
    waiting, seen = [first], {first}
    while waiting:
        path = waiting.pop()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers={"Accept-Encoding": packed, "Accept-Language": "nb"})
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        if reply.status != 200:
            raise RuntimeError(f"{path}: {reply.status}")
        yield path, len(body) + sum(len(name) + len(value) + 4 for name, value in reply.getheaders()) + 19
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(reply.getheader("Content-Encoding", ""), bytes)
        found = {one or other for one, other in LOADS.findall(unpack(body).decode())} - seen
        seen |= found
        waiting += sorted(found)


def b3(wishes: Wishes) -> Iterator[Figure]:
    """Ask for survey pages by distinct links, and for a constant page of the same size from the same web server."""
    with folder() as data:
        links = open_survey(data, COMPLETE)
        with serving(data) as server:
            pages = _pages(server, links, wishes.scaled(5))
        constant = _constant(data, pages, wishes.scaled(5))
    yield Figure(
        "B3",
        f"survey pages a second, {CLIENTS} clients, {COMPLETE:,} links",
        f"{per_second(pages.rate)}, p99 {milliseconds(pages.percentile(0.99))}",
        f"constant page {per_second(constant.rate)}",
        pages.rate / constant.rate,
        "10,000/s",
        "ODK 405, Indico 22",
    )


def _constant(data: Path, like: Answered, seconds: int) -> Answered:
    body = data / "constant"
    body.write_bytes(like.last.partition(b"\r\n\r\n")[2])
    with bare(body) as server:
        return ask(Load(server.port, [get("/")], CLIENTS, seconds, again=True))


def _pages(server: Running, links: Links, seconds: float) -> Answered:
    told = ask(Load(server.port, [get(f"/s/{token}") for token in links.tokens], CLIENTS, seconds, again=True))
    return _all_well(told)


def _submissions(server: Running, links: Links, bodies: list[bytes]) -> Answered:
    asked = [post(f"/s/{token}", body) for token, body in zip(links.tokens, bodies, strict=True)]
    return _all_well(ask(Load(server.port, asked, CLIENTS)))


def _all_well(told: Answered) -> Answered:
    if set(told.statuses) != {200}:
        raise RuntimeError(f"not every request was answered well: {told.statuses}")
    return told


def b4(wishes: Wishes) -> Iterator[Figure]:
    """Submit distinct answers, count them in the database, and commit rows of that size past everything of ours."""
    count = wishes.scaled(10_000)
    with folder() as data:
        links, bodies = open_survey(data, count), answers(count)
        with serving(data) as server:
            before = server.processor()
            told = _submissions(server, links, bodies)
            processor = (server.processor() - before) / count
        if (there := kept(data)) != count:
            raise RuntimeError(f"{count} answers were confirmed, {there} are there")
        single, grouped = _commits(data, wishes.scaled(4_000), 1), _commits(data, wishes.scaled(40_000), CLIENTS)
    yield Figure(
        "B4",
        f"durable submissions a second over HTTP, {CLIENTS} clients, {count:,} answers of the longest wave",
        f"{per_second(told.rate)}, p50 {milliseconds(told.percentile(0.5))}, p99 {milliseconds(told.percentile(0.99))}",
        f"raw commits of one row {per_second(single)}",
        told.rate / single,
        "1,450/s, p99 50 ms",
        "ODK 97/s, p99 398 ms",
    )
    yield Figure(
        "B4",
        f"the same beside raw commits of {CLIENTS} rows",
        f"{processor * 1000:.2f} ms processor each",
        f"{per_second(grouped)} rows",
        told.rate / grouped,
        "0.6 ms each (B5)",
        "ODK 18 ms each",
    )


def _commits(data: Path, rows: int, together: int) -> float:
    """Tell how many rows of an answer's size SQLite commits a second, with our pragmas and nothing between."""
    path = data / f"raw-{together}.db"
    db = open_database(f"sqlite:///{path}")
    try:
        connection = db.connection()
        connection.execute("CREATE TABLE box (id TEXT PRIMARY KEY, hash TEXT, box BLOB) WITHOUT ROWID")
        insert, box = "INSERT INTO box VALUES (?, ?, ?)", bytes(1100)
        with timed() as clock:
            for start in range(0, rows, together):
                connection.execute("BEGIN IMMEDIATE")
                for number in range(start, start + together):
                    connection.execute(insert, (f"{number * 2654435761 % 2**32:064x}", "0" * 64, box))
                connection.execute("COMMIT")
        return rows / clock.seconds
    finally:
        close_database(db)


def b8(wishes: Wishes) -> Iterator[Figure]:
    """Ask for pages and submit answers in houses that hold more and more answers."""
    count = wishes.scaled(3_000)
    bodies, first = answers(count), (0.0, 0.0)
    for stored in wishes.stored:
        with folder() as data:
            links = open_survey(data, count, stored)
            with serving(data) as server:
                pages, told = _pages(server, links, wishes.scaled(5) / 2), _submissions(server, links, bodies)
        first = (first[0] or pages.rate, first[1] or told.rate)
        slower = max(first[0] / pages.rate, first[1] / told.rate)
        yield Figure(
            "B8",
            f"pages and submissions a second at {stored:,} stored answers; ratio: how much slower than at 0",
            f"{per_second(pages.rate)}; {per_second(told.rate)}",
            f"at 0: {per_second(first[0])}; {per_second(first[1])}",
            slower,
            "ratio ≤ 1.1 (rulings: 1.2)",
            "Indico 73 at 10,000",
        )


def b12(wishes: Wishes) -> Iterator[Figure]:
    """Weigh the server at rest, and after many submissions."""
    count = wishes.scaled(10_000)
    with folder() as data:
        links, bodies = open_survey(data, count), answers(count)
        with serving(data) as server:
            rest = server.memory()
            _submissions(server, links, bodies)
            after = server.memory()
        constant = _resting(data)
    yield Figure(
        "B12",
        f"memory of the server (PSS, both processes) at rest; after {count:,} submissions",
        f"{megabytes(rest)}; {megabytes(after)}",
        f"bare web server {megabytes(constant)}",
        rest / constant,
        "70 MB",
        "ODK 350-550 MB",
    )


def _resting(data: Path) -> int:
    body = data / "constant"
    body.write_bytes(b"x")
    with bare(body) as server:
        return server.memory()

