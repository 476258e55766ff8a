"""The house and the desks that all tests here look at; at the end of a whole long run its figures are written."""

from collections.abc import Iterator

import pytest
from accessibility.figures import write
from accessibility.standing import Standing, served
from accessibility.whole_desk import DeskPage, whole_desk
from accessibility.whole_house import Page, whole_house
from making_house import House


@pytest.fixture(scope="session", autouse=True)
def figures() -> Iterator[None]:
    yield
    write()


@pytest.fixture(scope="module")
def server_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, list[Page]]]:
    with whole_house(tmp_path_factory.mktemp("house")) as (house, pages):
        yield house, pages


@pytest.fixture(scope="module")
def desk_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[DeskPage]]:
    with whole_desk(tmp_path_factory.mktemp("desks")) as pages:
        yield pages


@pytest.fixture(scope="module")
def standing(server_pages: tuple[House, list[Page]], desk_pages: list[DeskPage]) -> Iterator[Standing]:
    with served(*server_pages, desk_pages) as everything:
        yield everything
