"""The desk that the pages work at: locked until the key is found, then database, outbox and syncing in one."""

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from fotfeste_shared.clock import now
from fotfeste_shared.database import Database, WrongKey, backup_copy, close_database, open_database
from fotfeste_shared.intake import Filled
from fotfeste_shared.migrating import NewerDatabase, migrate, waiting_steps
from fotfeste_shared.problems import Problem

from .exchange import Exchange
from .home import Home
from .keys import KeyFile, KeyMissing, KeyStore
from .migrations import STEPS
from .models import Draft
from .outbox import Outbox
from .people import People
from .places import Refused
from .saving import AskWhere, in_downloads, tidy
from .syncing import Syncing

log = logging.getLogger(__name__)
IN_THE_BIN = timedelta(minutes=1)


class Stage(StrEnum):
    """How far the desk has come since the program started."""

    STARTING = "starting"
    MISPLACED = "misplaced"  # the folder is no place to keep anything
    WHO = "who"  # several people share this account
    CHOOSING = "choosing"  # first start without a key store: a passphrase must be chosen
    LOCKED = "locked"
    STRANDED = "stranded"  # answers lie here that no key at hand opens; they must not be touched
    NEWER = "newer"  # written by a newer program
    TROUBLE = "trouble"  # the disk is full, the file is busy, or something we did not think of; try again
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A draft that was thrown away, and until when it may be picked up."""

    draft: Draft
    until: datetime


class Desk:
    """One person's work on one machine."""

    def __init__(
        self,
        home: Home,
        store: KeyStore | None = None,
        server: str | None = None,
        refused: Refused | None = None,
        ask_where: AskWhere = in_downloads,
    ) -> None:
        self.home = home
        self.people = People(home)
        self.server = server
        self.refused = refused
        self.ask_where = ask_where
        self.stage = Stage.STARTING
        self.patience = 20.0  # seconds that a page waits for the key store
        self.trouble: str | None = None  # the code of what went wrong
        self.recovery_code: str | None = None  # shown once, kept nowhere
        self.just_saved: Filled | None = None  # may be taken back for a moment
        self.just_dropped: Dropped | None = None  # may be picked up for a while
        self.base = home
        self._store = store
        self._key: bytes | None = None
        self._db: Database | None = None
        self._syncing: Syncing | None = None
        self._settled = threading.Event()

    # --- opening ----------------------------------------------------------------------------------

    def begin(self) -> None:
        """Find out who it is and whether the key is at hand; a key store may take a second or wait for a person."""
        self.stage, self.trouble = Stage.STARTING, None
        try:
            if self.refused:
                self.stage = Stage.MISPLACED
            elif self.people.all():
                self.stage = Stage.WHO
            else:
                self._find_key()
        finally:
            if self.stage is Stage.STARTING:  # whatever it was, the person gets a page and not a dead window
                self.stage, self.trouble = Stage.TROUBLE, "unknown"
            self._settled.set()

    def sit_down(self, person: str) -> bool:
        """Somebody says who they are: their own folder, and their own passphrase; False for a stranger."""
        home = self.people.home(person)
        if home is None or self._db is not None:
            return False
        self.home = home
        home.prepare()
        self._find_key()
        return True

    def settled(self) -> bool:
        """Wait a while for the key store to answer; False when it still has not."""
        return self._settled.wait(self.patience)

    def _find_key(self) -> None:
        try:
            self._look_for_key()
        except KeyMissing:
            self.stage = Stage.STRANDED
        except (Problem, OSError) as fault:
            self._tell_trouble(fault)

    def _look_for_key(self) -> None:
        self._store = self._store or KeyStore()
        keys, alone = self._keys(), not self.people.all()
        if keys.is_new():
            # what the account's key store gives, it gives to everybody who uses the account
            if not (alone and self._store.works()):
                self.stage = Stage.CHOOSING
                return
            key, self.recovery_code = keys.make(None)
            self._open(key)
        elif key_at_hand := keys.from_store():
            self._open(key_at_hand)
        else:
            self.stage = Stage.LOCKED

    def _tell_trouble(self, fault: Exception) -> None:
        log.warning("could not open: %s", fault.code if isinstance(fault, Problem) else type(fault).__name__)
        self.trouble = fault.code if isinstance(fault, Problem) else "disk"
        self.stage = Stage.TROUBLE

    def choose(self, passphrase: str) -> None:
        """First start: make the key, wrapped by the person's passphrase."""
        key, self.recovery_code = self._keys().make(passphrase)
        self._open(key)

    def unlock(self, typed: str) -> None:
        """Open with a passphrase or a recovery code; raises WrongSecret."""
        self._open(self._keys().from_secret(typed))

    def asks_for_passphrase(self) -> bool:
        """Tell whether a passphrase was chosen here, or only the recovery code is left."""
        return self._keys().has("passphrase")

    def new_passphrase(self, passphrase: str) -> None:
        """Replace the passphrase by one that the person remembers."""
        self._keys().renew_way(self._key_in_use(), passphrase)

    def new_recovery_code(self) -> None:
        """Make a fresh recovery code, to be shown once; the old paper is worth nothing from now on."""
        self.recovery_code = self._keys().renew_recovery(self._key_in_use())

    def recovery_code_is_kept(self) -> None:
        """The person has written the code down."""
        self.recovery_code = None
        self.exchange.keep(recovery_seen=True)

    def _open(self, key: bytes) -> None:
        db: Database | None = None
        try:
            db = open_database(f"sqlite:///{self.home.database}", key=key)
            if waiting_steps(db, STEPS) and db.get_tables():
                backup_copy(db, self._copy_before_migration())
            migrate(db, STEPS)
            self._key, self._db = key, db
            if not self.recovery_code and not self.exchange.fact("recovery_seen"):
                self.new_recovery_code()  # the program ended before the person had seen it
        except WrongKey:
            self.stage = Stage.STRANDED
            return
        except (NewerDatabase, Problem, OSError) as fault:
            self._put_away(db)
            if isinstance(fault, NewerDatabase):
                self.stage = Stage.NEWER
            else:
                self._tell_trouble(fault)
            return
        if language := self.language():
            self.base.remember(language=language)  # menu and doors are drawn before anything is unlocked
        tidy(self.home.folder)
        self._syncing = Syncing(db)
        self._syncing.start()
        db.close()  # this thread's connection; each thread has its own
        self.stage = Stage.OPEN

    def _put_away(self, db: Database | None) -> None:
        """Let go of what was half opened; a disk that is full may refuse even the tidying."""
        self._key = self._db = None
        if db is not None:
            with suppress(Problem, OSError):
                close_database(db)

    def _copy_before_migration(self) -> Path:
        return self.home.database.with_suffix(".before-update.db")

    def close(self) -> None:
        """Put everything away in good order."""
        if self._syncing:
            self._syncing.stop()
        if self._db:
            close_database(self._db)
        self._key = self._db = self._syncing = self.just_saved = self.just_dropped = None

    def leave(self) -> None:
        """Lock, so that somebody else may sit down; what is half written is kept as a draft already."""
        self.stage = Stage.STARTING
        self.close()
        self.home, self.recovery_code = self.base, None
        self.begin()

    def make_room(self, first: str, name: str, passphrase: str | None) -> None:
        """Let one more person use this account; from now on everybody here has a passphrase."""
        if not self.asks_for_passphrase():
            if passphrase is None:
                raise KeyMissing
            self.new_passphrase(passphrase)
        self.people.add(first, name)

    # --- what lies on it --------------------------------------------------------------------------

    @property
    def db(self) -> Database:
        """The open database; only an open desk has one."""
        if self._db is None:
            raise KeyMissing
        return self._db

    @property
    def syncing(self) -> Syncing:
        """What delivers in the background."""
        if self._syncing is None:
            raise KeyMissing
        return self._syncing

    @property
    def exchange(self) -> Exchange:
        """The bookkeeping of sync."""
        return Exchange(self.db)

    def language(self) -> str | None:
        """The language that the person chose, else the one that the server knows them by."""
        identity = self.exchange.identity()
        chosen: str | None = self.exchange.fact("language")
        return chosen or (identity.person.language if identity else None)

    def outbox(self) -> Outbox:
        """The door for what the person writes; before enrolment the author is this very installation."""
        identity = self.exchange.identity()
        return Outbox(self.db, identity.person.id if identity else self.exchange.install())

    def regret_ms(self) -> int:
        """For how many milliseconds what was saved or thrown away last may still be taken back."""
        if self.just_dropped:
            left = max(self.just_dropped.until - now(), timedelta(0))
        else:
            left = self.outbox().regret_left(self.just_saved.id) if self.just_saved else timedelta(0)
        return int(left / timedelta(milliseconds=1))

    def drop(self, draft: Draft) -> None:
        """Keep a draft that was thrown away for as long as the person may change their mind."""
        self.just_saved, self.just_dropped = None, Dropped(draft, now() + IN_THE_BIN)

    def let_go(self) -> None:
        """At the end of a request its thread ends too, and with it the connection."""
        if self._db is not None:
            self._db.close()

    def _keys(self) -> KeyFile:
        if self._store is None:
            raise KeyMissing
        return KeyFile(self.home, self._store)

    def _key_in_use(self) -> bytes:
        if self._key is None:
            raise KeyMissing
        return self._key
