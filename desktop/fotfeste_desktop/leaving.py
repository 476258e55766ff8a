"""The one place where what is kept here becomes part of something that leaves: a request, or a file carried by hand."""

from collections.abc import Iterable, Iterator

from fotfeste_shared import sync

from .models import Revision


def item_of(row: Revision) -> sync.PushItem:
    """Only the text that was hashed leaves."""
    return sync.PushItem(rev=str(row.rev), digest=str(row.digest), text=str(row.text))


def fitting(rows: Iterable[Revision]) -> Iterator[sync.PushItem]:
    """Take rows as long as the request stays within what the server takes; one always goes."""
    size = 0
    for number, row in enumerate(rows):
        size += len(str(row.text).encode()) + 200
        if number and size > sync.BYTES_IN_A_PUSH:
            return
        yield item_of(row)
