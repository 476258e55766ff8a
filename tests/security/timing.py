"""Does the time of the answer tell whether an address is known? Both kinds in turn, by chance, thousands of times."""

import gc
import secrets
import statistics
import time
from dataclasses import dataclass

from scipy.stats import bootstrap, mannwhitneyu
from target import Target

from fotfeste_server.jobs import Job
from fotfeste_server.named.models import SignInCode
from fotfeste_server.named.people import person_by_email

SAMPLES = 2_000  # of each kind
PEOPLE = 500  # with at most five codes an hour, nobody is asked for more often than they may be


@dataclass
class Told:
    """The medians in microseconds, the difference with its interval, and how probable so much is by chance alone."""

    known: float
    unknown: float
    low: float
    high: float
    p: float
    work: float  # the difference of the medians of processor time alone, which no other program disturbs

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{SAMPLES:,} of each: median {self.known:.0f} µs known, {self.unknown:.0f} µs unknown, difference "
            f"{self.known - self.unknown:+.1f} µs (95 % from {self.low:+.1f} to {self.high:+.1f}), p = {self.p:.2f}; "
            f"processor time {self.work:+.1f} µs"
        )


def measure(target: Target) -> Told:
    """Ask for codes and measure each answer."""
    house = target.house
    for n in range(PEOPLE):
        person_by_email(house.db, f"deltaker{n:04}@eksempel.no", "Navn Navnesen")
    wanted = [("known", f"deltaker{n % PEOPLE:04}@eksempel.no") for n in range(SAMPLES)]
    wanted += [("unknown", f"ukjent{n % PEOPLE:06}@eksempel.no") for n in range(SAMPLES)]
    secrets.SystemRandom().shuffle(wanted)
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    worked: dict[str, list[float]] = {"known": [], "unknown": []}
    client = house.app.test_client(use_cookies=False)
    for address in ("deltaker0000@eksempel.no", "noen@eksempel.no") * 2:
        client.post("/signin", data={"email": address})
    gc.disable()
    for number, (kind, address) in enumerate(wanted):
        begun, before = time.perf_counter_ns(), time.thread_time_ns()
        status = client.post("/signin", data={"email": address}).status_code
        worked[kind].append((time.thread_time_ns() - before) / 1000)
        took[kind].append((time.perf_counter_ns() - begun) / 1000)
        assert status == 303, status
        if number % 500 == 0:
            gc.collect()
            Job.delete().execute()
            SignInCode.update(person=None).execute()
    gc.enable()
    found = bootstrap(
        (took["known"], took["unknown"]), lambda a, b: statistics.median(a) - statistics.median(b), n_resamples=999,
        vectorized=False, method="percentile",
    ).confidence_interval  # fmt: skip
    p = mannwhitneyu(took["known"], took["unknown"]).pvalue
    work = statistics.median(worked["known"]) - statistics.median(worked["unknown"])
    return Told(*map(statistics.median, took.values()), found.low, found.high, float(p), work)
