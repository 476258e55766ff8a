"""Every desktop client remembers the head of the audit log: what is cut off or written anew shows without any mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from making_house import House, close_app, furnish, open_app

from fotfeste_server import audit
from fotfeste_server.audit import AuditLine, head, tell
from fotfeste_server.doctor import audited
from fotfeste_server.named.recovering import begin
from fotfeste_server.named.witness_models import Witness
from fotfeste_shared.database import writing
from fotfeste_shared.revisions import new_id
from fotfeste_shared.sync import AuditWord, Pull, PullReply, read, write


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    app = open_app(tmp_path / "data", database_url)
    yield furnish(app)
    close_app(app)


def pulled(house: House, who: str, remembered: str | None) -> AuditWord:
    """What a device hears when it tells what it remembers."""
    device = house.device(who)
    wish = Pull(batch=new_id(), device=device.device.id, install=device.device.install, audit=remembered)
    reply = house.app.test_client().post(
        "/sync/v1/pull", data=write(wish), headers={"Authorization": f"Bearer {device.token}"}
    )
    word = read(PullReply, reply.data).audit
    assert word is not None
    return word


def forge(house: House, *statements: str) -> None:
    """Change the log as who owns the machine can, triggers and all."""
    on = " ON audit_line" if "postgres" in house.service.config.database_url else ""
    for name in ("audit_unchanged", "audit_unemptied") if on else ("audit_unchanged", "audit_undeleted"):
        house.db.execute_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
    for each in statements:
        house.db.execute_sql(each)


def test_a_device_is_told_the_head_and_an_honest_log_goes_on_from_it(house: House):
    first = pulled(house, "mentor", None)
    tell(house.db, "role given", house.network.id)

    second = pulled(house, "mentor", first.head)

    assert AuditWord(head=str(head()), holds=True) == second != first
    assert first.head == str(audit.Head(Witness.get().number, Witness.get().hash))
    assert audited(()).good


@pytest.mark.parametrize("how", ["cut", "written anew"])
def test_what_was_done_to_the_log_shows_at_the_next_pull_and_the_doctor_tells_it(house: House, how: str):
    house.device("contact")
    for _ in range(3):
        tell(house.db, "role given", house.network.id)
    remembered = pulled(house, "mentor", None).head
    cut = head().number - 2
    forge(house, f"DELETE FROM audit_line WHERE number > {cut}")
    if how == "written anew":
        for _ in range(5):
            tell(house.db, "nothing", house.network.id)
    assert audited(()).good

    word = pulled(house, "mentor", remembered)

    assert (False, None) == (word.holds, word.brought_back)
    found = audited(())
    assert not found.good
    assert "1 computers remember it otherwise" in found.said
    assert f"from line {int(remembered.partition(':')[0]) if how == 'written anew' else cut + 1} on" in found.said


def test_a_restore_explains_lines_after_the_backup_and_none_before_it(house: House):
    for _ in range(4):
        tell(house.db, "role given", house.network.id)
    in_backup = str(head())
    tell(house.db, "role given", house.network.id)
    after_it = str(head())
    house.device("contact")
    forge(house, f"DELETE FROM audit_line WHERE number > {in_backup.partition(':')[0]}")
    begin(house.db, "salt")

    word = pulled(house, "mentor", after_it)
    assert (False, True) == (word.holds, word.brought_back is not None)
    assert audited(()).good
    assert "1 computers remember lines from before it was brought back" in audited(()).said

    older = f"{int(in_backup.partition(':')[0])}:{'0' * 64}"
    assert (False, None) == ((word := pulled(house, "mentor", older)).holds, word.brought_back)
    assert not audited(()).good


def test_one_that_agrees_is_written_down_once_a_day(house: House):
    pulled(house, "mentor", pulled(house, "mentor", None).head)
    with writing(house.db):
        Witness.update(hash="kept").execute()

    pulled(house, "mentor", str(head()))

    assert "kept" == Witness.get().hash
    assert 0 == AuditLine.select().where(AuditLine.act.contains("sync")).count()
