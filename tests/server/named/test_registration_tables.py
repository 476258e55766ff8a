"""A house from before networks had settings and public pages opens, and keeps what it had."""

from pathlib import Path

from making_house import close_app, furnish, open_app

from fotfeste_server.named.models import Gathering, Member
from fotfeste_server.named.registration_models import REGISTRATION
from fotfeste_shared.database import writing

NEW_COLUMNS = {
    "participation": ["left_on"],
    "member": ["joined", "left"],
    "gathering": ["sign_up_by", "link", "changes", "cancelled_on"],
}


def as_it_was_before(db) -> None:
    with writing(db):
        for table in reversed(REGISTRATION):
            db.drop_tables([table])
        for table, columns in NEW_COLUMNS.items():
            for column in columns:
                db.execute_sql(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
        db.execute_sql("DELETE FROM applied_step WHERE name = 'step_registration'")


def test_an_older_house_opens_with_everything_it_had(database_url: str, tmp_path: Path):
    app = open_app(tmp_path / "data", database_url)
    house = furnish(app)
    as_it_was_before(house.db)
    close_app(app)

    again = open_app(tmp_path / "data", database_url)
    gathering, member = Gathering.get(), Member.get()
    told = (gathering.id, gathering.link, gathering.changes, gathering.cancelled_on, member.left)
    close_app(again)

    assert (house.gathering.id, "", 0, None, None) == told
