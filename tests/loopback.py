"""A tiny real server on loopback that speaks sync protocol 1 and remembers every byte that reached it.

It stands in for the server where a test is about the client alone: what leaves it, and what lies may do to it.
"""

import gzip
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fotfeste_shared import sync
from fotfeste_shared.clock import now
from fotfeste_shared.revisions import chain, new_id, receipt_code, timestamp

KINDS = {"push": sync.Push, "pull": sync.Pull, "have": sync.Have, "enrol": sync.Enrol}
PERSON = sync.PersonLine(id="0b9f7c1e-2222-4a4a-8a8a-000000000002", name="Marte Mentor")


@dataclass
class Answering:
    """How the next requests are answered: `status` other than 200, or `body` in place of the true answer."""

    status: int = 200
    body: bytes | None = None
    cut: bool = False
    headers: dict = field(default_factory=dict)


class Loopback:
    """A server for one device; `rows` is its log, `heard` the raw bytes of all requests."""

    def __init__(self):
        self.id = new_id()
        self.code = "7KQ2M9XD"
        self.token = "t" * 43
        self.roster = sync.Roster(person=PERSON)
        self.rows, self.forms, self.heard, self.connections = [], {}, [], []
        self.link0 = self.link = "0" * 64
        self.wrong = Answering()
        self.refuses, self.refuses_all = {}, ""
        self.falls_over = ""
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self):
        self._server.shutdown()
        for connection in self.connections:
            with suppress(OSError):  # most are closed already
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._server.server_close()

    def forget(self):
        """As after a restore from an old backup: nothing is there, and history is another one."""
        self.rows, self.link0, self.link = [], "1" * 64, "1" * 64

    def take_from_elsewhere(self, *written):
        """Keep revisions that another device has pushed."""
        for each in written:
            self._keep(sync.PushItem(rev=each.rev, digest=each.digest, text=each.text))

    # --- what it says -------------------------------------------------------------------------------

    def _frame(self, batch, known=None):
        history = sync.History(seq=len(self.rows), link=self.link, same=self._same(known))
        whole = {"service": sync.SERVICE, "protocol": 1, "batch": batch, "server": self.id}
        return whole | {"now": timestamp(now()), "history": history}

    def _same(self, known):
        links = [self.link0, *(row["link"] for row in self.rows)]
        return known is None or (known.seq < len(links) and links[known.seq] == known.link)

    def push(self, push):
        with self._lock:
            same = self._frame(push.batch, push.known)["history"].same
            items = [self._keep(item) for item in push.items]
            frame = self._frame(push.batch)
            frame["history"] = sync.History(seq=len(self.rows), link=self.link, same=same)
            return sync.PushReply(**frame, items=items)

    def _keep(self, item):
        reason = self.refuses.get(item.rev) or self.refuses_all
        if reason:
            return sync.ItemReply(rev=item.rev, outcome="refused", digest=item.digest, reason=reason)
        had = next((row for row in self.rows if row["rev"] == item.rev), None)
        if had is None:
            self.link = chain(self.link, item.rev, item.digest)
            had = {"rev": item.rev, "digest": item.digest, "text": item.text, "link": self.link}
            had["seq"] = len(self.rows) + 1
            self.rows.append(had)
            outcome = "stored"
        else:
            outcome = "duplicate"
        code = receipt_code(item.rev, item.digest, had["seq"], self.link0)
        word = {"rev": item.rev, "outcome": outcome, "digest": had["digest"], "seq": had["seq"], "receipt": code}
        return sync.ItemReply(**word)

    def pull(self, pull):
        since = int(pull.cursor or 0)
        rows = [
            sync.Row(seq=row["seq"], rev=row["rev"], digest=row["digest"], text=row["text"])
            for row in self.rows[since:]
        ]
        frame = self._frame(pull.batch, pull.known)
        lines = list(self.forms)
        return sync.PullReply(**frame, rows=rows, forms=lines, roster=self.roster, cursor=str(len(self.rows)))

    def have(self, have):
        had = {row["rev"] for row in self.rows}
        return sync.HaveReply(**self._frame(have.batch), missing=[rev for rev in have.revs if rev not in had])

    def enrol(self, enrol):
        if enrol.code != self.code:
            return None
        word = {"service": sync.SERVICE, "device": new_id(), "token": self.token, "server": self.id}
        return sync.EnrolReply(**word, person=self.roster.person)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.loopback = self.server.loopback
        self.loopback.connections.append(self.connection)

    def log_message(self, *_words):
        """Say nothing."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        plain = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        self.loopback.heard.append(self.raw_requestline + bytes(self.headers) + plain)
        wrong = self.loopback.wrong
        if wrong.status != 200:
            self._answer(wrong.status, wrong.body or b"{}")
        elif self.loopback.falls_over and self.loopback.falls_over.encode() in plain:
            self._answer(500, b"{}")
        else:
            status, true = self._true_answer(self.path.rpartition("/")[2], plain)
            self._answer(status, true if wrong.body is None else wrong.body)

    def _true_answer(self, what, plain):
        if what != "enrol" and self.headers.get("Authorization") != f"Bearer {self.loopback.token}":
            return 401, b"{}"
        reply = getattr(self.loopback, what)(sync.read(KINDS[what], plain))
        return (200, sync.write(reply)) if reply else (403, b"{}")

    def do_GET(self):
        self.loopback.heard.append(self.raw_requestline + bytes(self.headers))
        digest = self.path.rpartition("/")[2]
        text = next((text for line, text in self.loopback.forms.items() if line.digest == digest), None)
        self._answer(200 if text else 404, (text or "").encode())

    def _answer(self, status, body):
        if self.loopback.wrong.cut:  # the work is done, but the word of it never arrives
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in self.loopback.wrong.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
