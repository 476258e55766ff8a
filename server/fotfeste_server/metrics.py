"""Figures for whoever watches the server, as Prometheus reads them: how it does, and never what anybody does.

Requests behind a survey link are not counted: a curve of them beside the duty roster would tell who answered when.
With several workers each writes its counts into a folder that all of them read.
"""

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fotfeste_shared.clock import now, today
from fotfeste_shared.database import Database

from .config import Config
from .health import checks
from .jobs import Job
from .named.history import head
from .named.models import Device, Revision

if TYPE_CHECKING:  # the library decides when it is imported how its counts are kept: see `share`
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from prometheus_client import CollectorRegistry

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # the library's own word for the folder of counts
COUNTED = {
    "api", "gatherings", "health", "networks", "odata", "pairings", "records", "signin", "static", "sync", "teams",
}  # fmt: skip
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE"}
STEPS = (0.005, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)  # seconds
Figure = tuple[str, str, float]


def share(config: Config) -> None:
    """Let several workers count together; to be called once, before the first of them begins."""
    folder = config.data / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ[SHARED] = str(folder)


class Figures:
    """Counts requests, and tells what is counted when it is asked."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._own = CollectorRegistry()
        self._requests = Counter(
            "fotfeste_requests", "Requests answered.", ["area", "method", "status"], registry=self._own
        )
        self._seconds = Histogram(
            "fotfeste_request_seconds", "Time to the answer.", ["area"], registry=self._own, buckets=STEPS
        )

    def count(self, area: str, method: str, status: str, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(area, method, status).inc()
        self._seconds.labels(area).observe(seconds)

    def text(self, config: Config, db: Database) -> bytes:
        """Write all figures down in the Prometheus text format."""
        from prometheus_client import CollectorRegistry, generate_latest, multiprocess

        counts = self._own
        if SHARED in os.environ:
            counts = CollectorRegistry()
            multiprocess.MultiProcessCollector(counts)  # type: ignore[no-untyped-call]
        return generate_latest(counts) + generate_latest(_standing(config, db))


def _standing(config: Config, db: Database) -> "CollectorRegistry":
    """Look at how the house stands right now."""
    from prometheus_client import CollectorRegistry, Gauge

    registry = CollectorRegistry()
    good = Gauge("fotfeste_check_good", "Whether one thing that health looks at is good.", ["name"], registry=registry)
    for check in checks(config, db):
        good.labels(check.name).set(check.good)
    for name, told, value in (*_work(), *_log()):
        Gauge(f"fotfeste_{name}", told, registry=registry).set(value)
    return registry


def _work() -> Iterator[Figure]:
    left = Job.select().where(Job.done.is_null())
    due = left.where(Job.due <= now()).order_by(Job.due)
    oldest = due.first()
    yield "jobs_due", "Work that is due and not done.", due.count()
    yield "jobs_failing", "Work that failed and will be tried again.", left.where(Job.problem.is_null(False)).count()
    yield "jobs_oldest_seconds", "How long the oldest due work waits.", _seconds(oldest.due) if oldest else 0


def _log() -> Iterator[Figure]:
    yield "log_lines", "Lines in the log of what was handed in.", head().seq
    held = Revision.select().where(Revision.held.is_null(False))
    yield "held", "Revisions that wait for an organizer's word.", held.count()
    unsent = Device.select().where(Device.oldest_unsent.is_null(False)).order_by(Device.oldest_unsent)
    oldest = unsent.first()
    yield "devices_unsent", "Computers that said they hold undelivered work.", unsent.count()
    age = (today() - oldest.oldest_unsent).days if oldest else 0
    yield "devices_unsent_days", "Days that the oldest of that work has waited.", age


def _seconds(since: datetime) -> float:
    return (now() - since).total_seconds()


class Watched:
    """Stands outermost, and counts what staff, clients and programs ask for."""

    def __init__(self, app: "WSGIApplication", figures: Figures) -> None:
        self._app = app
        self._figures = figures

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer one request, and count it once its first bytes are ready."""
        area = environ["PATH_INFO"].split("/", 2)[1]
        if area not in COUNTED:
            return self._app(environ, start)
        begun, method = time.perf_counter(), environ["REQUEST_METHOD"]

        def counted(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401 (WSGI's own)
            known = method if method in METHODS else "OTHER"
            self._figures.count(area, known, status[:3], time.perf_counter() - begun)
            return start(status, headers, *more)

        return self._app(environ, counted)
