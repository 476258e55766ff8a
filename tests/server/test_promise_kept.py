"""The database itself keeps the promise, whatever a later program or a hand at its console would do."""

import pytest
from making_house import close_app, furnish, open_app
from peewee import DatabaseError

from fotfeste_server.named.models import Network
from fotfeste_server.opening import Tools, next_quarters, open_quarter
from fotfeste_server.promising import agree
from fotfeste_shared.database import part, writing


@pytest.fixture
def house(database_url, tmp_path):
    app = open_app(tmp_path / "data", database_url)
    yield furnish(app)
    close_app(app)


def test_a_promise_is_not_lowered_once_a_window_was_opened(house):
    agree(house.db, house.network, 3)
    agree(house.db, house.network, 2)
    open_quarter(Tools(house.service.config, house.db, house.service.keys), house.network, next_quarters(1)[0])
    with writing(house.db), pytest.raises(DatabaseError), part(house.db):
        Network.update(colluders=1).where(Network.id == house.network.id).execute()
    Network.update(colluders=3, theme="Ny").where(Network.id == house.network.id).execute()

    assert Network.get_by_id(house.network.id).colluders == 3
