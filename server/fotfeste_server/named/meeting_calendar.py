"""The information meeting as a calendar file, which a change of day or place finds again."""

from datetime import UTC

from icalendar import Calendar, Event

from fotfeste_shared.clock import now

from .models import Network
from .public_pages import hours
from .registration_models import Meeting


def meeting_calendar(network: Network, meeting: Meeting, address: str) -> bytes:
    """Write the meeting for a calendar; the same meeting has the same name, and each change a higher number."""
    first, last = hours(meeting)
    event = Event()
    event.add("uid", f"meeting-{network.id}@fotfeste")
    event.add("sequence", meeting.changes)
    event.add("dtstamp", now())
    event.add("dtstart", first.astimezone(UTC))
    event.add("dtend", last.astimezone(UTC))
    event.add("summary", f"Informasjonsmøte: {network.name}")
    event.add("location", meeting.place or meeting.link)
    event.add("description", "\n".join(filter(None, [meeting.link, address])))
    if meeting.link:
        event.add("url", meeting.link)
    calendar = Calendar()
    calendar.add("prodid", "-//Fotfeste//fotfeste//NO")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
