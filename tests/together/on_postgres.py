"""The server of a simulated world on a real PostgreSQL: each world has a database, and its images are databases."""

from urllib.parse import urlsplit

import psycopg

from fotfeste_server.config import Config

from .machines import Image, Server, cut_power

OWN = "fotfeste_world"


class ServerOnPostgres(Server):
    """As the other, but what lies on the disk is kept by PostgreSQL."""

    keeps_copies = False

    def __init__(self, folder, address: str) -> None:
        super().__init__(folder)
        self.admin = address
        self.images = 0
        self.tag = folder.name.rpartition("-")[2].lower()
        self.own = f"{OWN}_{self.tag}"
        self.config = Config(data=folder, database=urlsplit(address)._replace(path=f"/{self.own}").geturl())
        self._ask(f"CREATE DATABASE {self.own}")

    def cut(self) -> None:
        """End the process at this very moment."""
        cut_power(self.db)
        self.db.close_all()

    def take(self) -> Image:
        """A database that is a copy of ours; those who are connected have to come again."""
        self.images += 1
        name = f"{self.own}_{self.images}"
        self.cut()
        self._copy(self.own, name)
        self.boot()
        return {"database": name.encode()}

    def put(self, image: Image) -> None:
        """Lay an earlier copy in the place of whatever is there now."""
        self._end_others(self.own)
        self._ask(f"DROP DATABASE {self.own}")
        self._copy(image["database"].decode(), self.own)

    def remove(self) -> None:
        """Leave nothing behind but the beginning of all worlds."""
        with psycopg.connect(self.admin, autocommit=True) as admin:
            names = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{self.own}%",)).fetchall()
        for (name,) in names:
            self._end_others(name)
            self._ask(f"DROP DATABASE {name}")

    def keep_for_others(self) -> Image:
        """Make the beginning of all worlds."""
        self.cut()
        self._ask(f"DROP DATABASE IF EXISTS {OWN}")
        self._copy(self.own, OWN)
        self.boot()
        return {"database": OWN.encode()}

    def _copy(self, source: str, target: str) -> None:
        self._end_others(source)
        self._ask(f"CREATE DATABASE {target} TEMPLATE {source} STRATEGY FILE_COPY")

    def _end_others(self, name: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as admin:
            while admin.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s", (name,)
            ).fetchone() != (0,):
                pass

    def _ask(self, order: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as admin:
            admin.execute(order)
