"""The data key: never lost while one way is left, never readable in a file, never made twice."""

import re

import keyring.backend
import keyring.errors
import pytest
from keyring.backends import fail, null

from fotfeste_desktop.keys import KeyFile, KeyMissing, KeyStore, WrongSecret

PASSPHRASE = "blå fjord og grønn li"


class Store(keyring.backend.KeyringBackend):
    """A working key store of a system, kept in memory; `locked` is what a closed one does."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}
        self.locked = False

    def _open(self):
        if self.locked:
            raise keyring.errors.KeyringLocked

    def set_password(self, service, username, password):
        self._open()
        self.kept[service, username] = password

    def get_password(self, service, username):
        self._open()
        return self.kept.get((service, username))

    def delete_password(self, service, username):
        self._open()
        self.kept.pop((service, username), None)


class Forgetful(Store):
    def set_password(self, service, username, password):
        pass


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def keys(home, store):
    return KeyFile(home, KeyStore(store))


def test_the_systems_store_gives_the_key_back_with_nobody_asked(home, store, keys):
    key, _ = keys.make(None)

    assert KeyFile(home, KeyStore(store)).from_store() == key
    assert len(key) == 32


def test_without_a_store_the_passphrase_opens_and_another_does_not(home, keys):
    key, _ = keys.make(PASSPHRASE)

    again = KeyFile(home, KeyStore(fail.Keyring()))
    assert again.from_store() is None
    assert again.from_secret(PASSPHRASE) == key
    assert again.from_secret("bla\u030a fjord og grønn li") == key  # the same words from another keyboard
    with pytest.raises(WrongSecret):
        again.from_secret("rød fjord og grønn li")


def test_the_recovery_code_opens_however_it_is_written(keys):
    key, code = keys.make(None)

    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]", code)
    assert keys.from_secret(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == key


def test_a_locked_store_does_not_close_the_recovery_way(keys, store):
    key, code = keys.make(None)
    store.locked = True

    assert keys.from_store() is None
    assert keys.from_secret(code) == key


def test_a_new_code_replaces_the_lost_paper(keys):
    key, old = keys.make(PASSPHRASE)
    new = keys.renew_recovery(key)

    assert keys.from_secret(new) == key
    assert keys.from_secret(PASSPHRASE) == key
    with pytest.raises(WrongSecret):
        keys.from_secret(old)


def test_after_recovery_a_new_passphrase_opens_and_the_forgotten_one_does_not(keys):
    key, code = keys.make(PASSPHRASE)
    keys.renew_way(key, "en helt ny frase her")

    assert keys.from_secret("en helt ny frase her") == key
    assert keys.from_secret(code) == key
    with pytest.raises(WrongSecret):
        keys.from_secret(PASSPHRASE)


def test_no_new_key_is_made_while_a_database_waits_for_the_old_one(home, keys):
    home.database.write_bytes(b"encrypted answers that are not delivered yet")

    with pytest.raises(KeyMissing):
        keys.is_new()
    with pytest.raises(KeyMissing):
        keys.make(PASSPHRASE)
    assert not home.key.exists()


def test_a_key_is_made_only_once(keys):
    keys.make(PASSPHRASE)

    with pytest.raises(KeyMissing):
        keys.make(PASSPHRASE)


def test_the_file_holds_no_readable_secret(home, keys):
    key, code = keys.make(PASSPHRASE)
    text = home.key.read_text("utf-8")

    assert PASSPHRASE not in text
    assert code not in text
    assert key.hex() not in text
    assert home.key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, Forgetful])
def test_a_store_that_keeps_nothing_is_not_trusted(backend):
    assert not KeyStore(backend()).works()


def test_a_store_that_keeps_is_trusted_and_left_clean(store):
    assert KeyStore(store).works()
    assert store.kept == {}
