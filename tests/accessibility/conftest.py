"""At the end of a whole long run its figures are written for the public statement."""

from collections.abc import Iterator

import pytest
from accessibility.figures import write


@pytest.fixture(scope="session", autouse=True)
def figures() -> Iterator[None]:
    yield
    write()
