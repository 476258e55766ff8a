"""What stands in the way is said on a page with a way on, and several people here never see each other's work."""

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from making_desk import PASSPHRASE, Browser

from fotfeste_desktop.desk import Desk, Stage
from fotfeste_desktop.keys import KeyFile, KeyStore
from fotfeste_desktop.places import Refused, Unsafe
from fotfeste_shared.database import close_database, open_database


class Kept(KeyringBackend):
    """A key store that works, as most people's does."""

    priority = 1

    def __init__(self):
        self.held = {}

    def get_password(self, service, name):
        return self.held.get((service, name))

    def set_password(self, service, name, secret):
        self.held[service, name] = secret

    def delete_password(self, service, name):
        del self.held[service, name]


def begun(home, backend=None):
    desk = Desk(home, KeyStore(backend or fail.Keyring()))
    desk.begin()
    return desk, Browser(desk)


def first_start(browser, passphrase=PASSPHRASE):
    browser.get("/")
    browser.post("/choose", passphrase=passphrase, again=passphrase)
    browser.post("/recovery", written="ja")


@pytest.mark.slow
def test_a_file_that_another_program_holds_is_a_page_with_a_way_on(home):
    desk, browser = begun(home)
    first_start(browser)
    desk.close()
    key = KeyFile(home, KeyStore(fail.Keyring())).from_secret(PASSPHRASE)
    holder = open_database(f"sqlite:///{home.database}", key=key)
    holder.execute_sql("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute_sql("BEGIN EXCLUSIVE")
    desk, browser = begun(home)
    browser.get("/")
    browser.post("/unlock", secret=PASSPHRASE)

    assert desk.stage is Stage.TROUBLE
    assert "Et annet program holder på filen" in browser.page
    holder.execute_sql("ROLLBACK")
    close_database(holder)
    browser.post("/trouble")
    browser.post("/unlock", secret=PASSPHRASE)
    assert desk.stage is Stage.OPEN
    assert "<h1>I dag</h1>" in browser.page
    desk.close()


def test_a_fault_that_nobody_thought_of_is_a_page_too(home):
    class Broken(Kept):
        def get_password(self, *_asked):
            raise ZeroDivisionError

    desk = Desk(home, KeyStore(Broken()))
    with pytest.raises(ZeroDivisionError):
        desk.begin()

    assert "Noe gikk galt" in Browser(desk).get("/")
    assert not home.key.exists()


def test_a_key_store_that_takes_its_time_is_waited_for_in_words(home):
    desk = Desk(home, KeyStore(fail.Keyring()))
    desk.patience = 0.01
    browser = Browser(desk)

    assert "Et øyeblikk" in browser.get("/pairings")
    desk.begin()
    browser.get("/starting")
    assert browser.path == "/choose"


@pytest.mark.parametrize(
    ("why", "word"), [("synced", "OneDrive"), ("roaming", "logger av"), ("network", "annen maskin")]
)
def test_an_unsafe_folder_is_refused_with_its_reason_and_what_to_do(home, tmp_path, why, word):
    desk = Desk(home, KeyStore(fail.Keyring()), refused=Refused(tmp_path / "her", Unsafe(why)))
    desk.begin()
    browser = Browser(desk)

    assert word in browser.get("/sessions/new")
    assert browser.path == "/misplaced"
    assert str(tmp_path / "her") in browser.page
    assert not home.key.exists()
    for language, told in (("nn", "Mappa er ikkje trygg"), ("en", "The folder is not safe")):
        assert told in browser.get(f"/misplaced?language={language}")


def test_the_language_is_known_before_anything_is_unlocked(home):
    desk, browser = begun(home)
    first_start(browser)
    browser.get("/settings?language=nn")
    desk.close()

    desk, browser = begun(home)
    assert 'lang="nn"' in browser.get("/")
    assert browser.path == "/unlock"
    assert home.recall()["language"] == "nn"
    desk.close()


# --- several people -------------------------------------------------------------------------------


def test_two_people_on_one_account_have_each_their_own_passphrase_and_database(home):
    backend = Kept()
    desk, browser = begun(home, backend)
    browser.get("/")
    browser.post("/recovery", written="ja")
    desk.exchange.keep(mark="Martes")
    browser.get("/settings")
    browser.post("/settings/people", mine="Marte", theirs="Kari", own_passphrase="kort", own_again="kort")
    assert "minst 12 tegn" in browser.page
    browser.post("/settings/people", mine="Marte", theirs="Kari", own_passphrase=PASSPHRASE, own_again=PASSPHRASE)
    assert "Kari har fått plass" in browser.page
    browser.post("/lock")

    assert browser.path == "/who"
    browser.post("/who", person="2")
    other = "fem andre røde elver"
    browser.post("/choose", passphrase=other, again=other)
    browser.post("/recovery", written="ja")
    assert desk.stage is Stage.OPEN
    assert desk.exchange.fact("mark") is None
    desk.exchange.keep(mark="Karis")
    desk.close()

    desk, browser = begun(home, backend)
    browser.get("/")
    assert browser.path == "/who"
    assert {"Marte", "Kari"} <= set(browser.page.replace("<", ">").split(">"))
    browser.post("/who", person="1")
    assert "åpnet ikke" in browser.post("/unlock", secret=other)
    browser.post("/unlock", secret=PASSPHRASE)
    assert desk.exchange.fact("mark") == "Martes"
    desk.close()


def test_a_stranger_or_a_path_is_nobody_here(home):
    desk, browser = begun(home)
    first_start(browser)
    browser.get("/settings")
    browser.post("/settings/people", mine="Marte", theirs="Kari")
    browser.post("/lock")
    for person in ("3", "", "../..", "2/../../x"):
        browser.post("/who", person=person)
        assert browser.path == "/who"
    assert desk.stage is Stage.WHO
    desk.close()


def test_a_damaged_list_of_people_shuts_nobody_out(home):
    desk, browser = begun(home)
    first_start(browser)
    browser.get("/settings")
    browser.post("/settings/people", mine="Marte", theirs="Kari")
    desk.close()
    (home.folder / "people.json").write_text("{")
    desk, browser = begun(home)

    assert [person.id for person in desk.people.all()] == ["1", "2"]
    browser.get("/")
    browser.post("/who", person="1")
    browser.post("/unlock", secret=PASSPHRASE)
    assert desk.stage is Stage.OPEN
    desk.close()
