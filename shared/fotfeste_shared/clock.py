"""The only place that asks what time it is, so that a test can turn it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CIVIL = ZoneInfo("Europe/Oslo")


def now() -> datetime:
    """Tell the moment, aware and in UTC; everything stored and sent is in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Tell the civil date in Norway; deadlines and forms are about civil dates."""
    return datetime.now(CIVIL).date()


def civil(moment: datetime) -> datetime:
    """Turn a stored moment into the clock on the wall in Norway, for showing to people."""
    return moment.astimezone(CIVIL)
