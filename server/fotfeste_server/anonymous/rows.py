"""How rows of the anonymous world are written, so that neither their length nor their place tells anything."""

from fotfeste_shared.database import Table

AT_ONCE = 500


def padded(text: str, length: int) -> bytes:
    """Fill up with spaces to a whole number of `length`, which JSON and readers do not mind."""
    raw = text.encode()
    return raw.ljust(max(1, -(-len(raw) // length)) * length)


def insert_all(model: type[Table], rows: list[dict[str, object]]) -> None:
    """Insert in the order of random ids, so that the rows' place in PostgreSQL's files tells nothing."""
    rows.sort(key=lambda row: str(row["id"]))
    for start in range(0, len(rows), AT_ONCE):
        model.insert_many(rows[start : start + AT_ONCE]).execute()
