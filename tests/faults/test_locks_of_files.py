"""The locks on a database's file hold while other threads of the same process open and close connections."""

import subprocess
import sys
import threading

from fotfeste_shared.database import close_database, open_database, writing

TRY_TO_WRITE = """
import sys
import sqlcipher3.dbapi2 as sqlite
other = sqlite.connect(sys.argv[1], isolation_level=None, timeout=0)
try:
    other.execute("BEGIN IMMEDIATE")
    print("writes")
except sqlite.OperationalError as fault:
    print(fault)
"""


def test_a_new_connection_does_not_give_up_the_locks_of_another(tmp_path):
    """POSIX drops all locks of a process on a file when it closes one handle; on a rollback journal two would write."""
    db = open_database(f"sqlite:///{tmp_path / 'one.db'}")
    db.journalling = ("journal_mode=DELETE", "synchronous=EXTRA")
    db.close()
    db.execute_sql("CREATE TABLE sheet (id TEXT)")

    def look() -> None:
        db.connect()
        db.close()

    with writing(db):
        db.execute_sql("INSERT INTO sheet VALUES ('a')")
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        during = another_process(db.path)
    after = another_process(db.path)
    close_database(db)

    assert (during, after) == ("database is locked", "writes")


def another_process(path):
    done = subprocess.run([sys.executable, "-c", TRY_TO_WRITE, str(path)], capture_output=True, text=True, check=True)
    return done.stdout.strip()
