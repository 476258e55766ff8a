"""A world to answer in, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from server.anonymous.makers import World

from fotfeste_shared.database import Database


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """An empty anonymous world."""
    world = World.at(database, tmp_path)
    yield world
    world.writer.close()
