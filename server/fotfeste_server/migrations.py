"""The steps that bring the server's database up to this program, oldest first.

Until the first tagged release the first steps make the tables as the models declare them; from then on a released
step is frozen, and every change is a step of its own.
"""

from fotfeste_shared.database import Database, Table
from fotfeste_shared.engines import SqliteFile
from fotfeste_shared.migrating import SchemaMigrator, Step

from .anonymous.models import MODELS as ANONYMOUS
from .anonymous.release_models import RELEASING
from .anonymous.schema import make_tables
from .audit import AuditLine
from .jobs import Job
from .named.amending_models import AMENDING
from .named.api_models import API_TABLES
from .named.gathering_models import GATHERINGS
from .named.keeping_models import KEEPING
from .named.mentoring_models import MENTORING
from .named.models import NAMED
from .named.registration_models import REGISTRATION
from .named.report_models import REPORTS
from .named.sign_in_models import SIGN_IN_TABLES
from .named.wish_models import WISHES
from .named.witness_models import WITNESSES

# Everything that is bound when the house opens.
TABLES: list[type[Table]] = [
    *NAMED, *REGISTRATION, *GATHERINGS, *ANONYMOUS, Job, *SIGN_IN_TABLES, *REPORTS, *RELEASING, *API_TABLES, AuditLine,
    *MENTORING, *KEEPING, *WISHES, *WITNESSES, *AMENDING,
]  # fmt: skip

KEPT_AS_WRITTEN = (
    "seq, rev, record_id, form, form_version, about_kind, about_id, parents, author_id, device_id, "
    "digest, link, saved_at, received_at"
)
PROMISED = 'NEW.colluders < OLD.colluders AND EXISTS (SELECT 1 FROM "window" WHERE network = OLD.id)'
NO_LESS = "what was promised to those who answer is never lowered"
ERASED = "NEW.text IS NULL AND EXISTS (SELECT 1 FROM tombstone WHERE record = OLD.record_id)"


def step_named_world(db: Database, _change: SchemaMigrator) -> None:
    """People, networks, records and the ledger, which the database itself keeps from being rewritten."""
    with db.bind_ctx(NAMED, bind_refs=False, bind_backrefs=False):
        db.create_tables(NAMED)
    if isinstance(db, SqliteFile):
        _seal_ledger_on_sqlite(db)
    else:
        _seal_ledger_on_postgres(db)


def _seal_ledger_on_sqlite(db: Database) -> None:
    """Let the database refuse to change or delete what was handed in.

    `held` alone may be lifted, and a text may go when a tombstone stands for its record.
    """
    refuse = "BEGIN SELECT RAISE(ABORT, 'what was handed in is never rewritten'); END"
    db.execute_sql(f"CREATE TRIGGER revision_unchanged BEFORE UPDATE OF {KEPT_AS_WRITTEN} ON revision {refuse}")
    db.execute_sql(
        f"CREATE TRIGGER revision_unerased BEFORE UPDATE OF text ON revision WHEN NOT ({ERASED}) {refuse}"
    )
    db.execute_sql(f"CREATE TRIGGER revision_undeleted BEFORE DELETE ON revision {refuse}")


def _seal_ledger_on_postgres(db: Database) -> None:
    """The same on PostgreSQL, where a table can be emptied too."""
    db.execute_sql(
        "CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'what was handed in is never rewritten'; END $$"
    )
    act = "EXECUTE FUNCTION refuse_rewriting()"
    db.execute_sql(
        f"CREATE TRIGGER revision_unchanged BEFORE UPDATE OF {KEPT_AS_WRITTEN} ON revision FOR EACH ROW {act}"
    )
    # A condition there may not ask another table, so the one about tombstones is a function of its own.
    db.execute_sql(
        "CREATE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {ERASED} THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'what was handed in is never rewritten'; END $$"
    )
    db.execute_sql(
        "CREATE TRIGGER revision_unerased BEFORE UPDATE OF text ON revision FOR EACH ROW "
        "EXECUTE FUNCTION refuse_unless_erased()"
    )
    db.execute_sql(f"CREATE TRIGGER revision_undeleted BEFORE DELETE ON revision FOR EACH ROW {act}")
    db.execute_sql(f"CREATE TRIGGER revision_unemptied BEFORE TRUNCATE ON revision FOR EACH STATEMENT {act}")


def step_anonymous_world(db: Database, _change: SchemaMigrator) -> None:
    """Windows, invitations, the inbox and what comes out of it."""
    make_tables(db)


def step_jobs(db: Database, _change: SchemaMigrator) -> None:
    """The list of work to be done later."""
    with db.bind_ctx([Job], bind_refs=False, bind_backrefs=False):
        db.create_tables([Job])


def step_registration(db: Database, _change: SchemaMigrator) -> None:
    """How a network begins and changes: settings, public page, registrations, and people and places that leave."""
    with db.bind_ctx(REGISTRATION, bind_refs=False, bind_backrefs=False):
        db.create_tables(REGISTRATION)
    _add_columns(db, "participation", left_on="TEXT")
    _add_columns(db, "member", joined="TEXT", left="TEXT")
    _add_columns(
        db, "gathering", sign_up_by="TEXT", link="TEXT NOT NULL DEFAULT ''", changes="INTEGER NOT NULL DEFAULT 0",
        cancelled_on="TEXT",
    )  # fmt: skip


def _add_columns(db: Database, table: str, **columns: str) -> None:
    """Add the columns that an existing house lacks; a new one was made with them."""
    had = {column.name for column in db.get_columns(table)}
    for name, kind in columns.items():
        if name not in had:
            db.execute_sql(f'ALTER TABLE "{table}" ADD COLUMN "{name}" {kind}')


def step_ways_to_sign_in(db: Database, _change: SchemaMigrator) -> None:
    """Passkeys, sign-in services elsewhere, and what people are told of their sessions."""
    with db.bind_ctx(SIGN_IN_TABLES, bind_refs=False, bind_backrefs=False):
        db.create_tables(SIGN_IN_TABLES)


def step_reports(db: Database, _change: SchemaMigrator) -> None:
    """Drafts that a team shares, what an advisor has said and read of a report, reminders, and the final report."""
    with db.bind_ctx(REPORTS, bind_refs=False, bind_backrefs=False):
        db.create_tables(REPORTS)


def step_releasing(db: Database, _change: SchemaMigrator) -> None:
    """What is released beside blocks, and a promise that the database itself keeps."""
    with db.bind_ctx(RELEASING, bind_refs=False, bind_backrefs=False):
        db.create_tables(RELEASING)
    _keep_the_promise(db)


def _keep_the_promise(db: Database) -> None:
    """Let the database refuse to lower a network's colluders after its first window was opened."""
    if isinstance(db, SqliteFile):
        db.execute_sql(
            f"CREATE TRIGGER colluders_kept BEFORE UPDATE OF colluders ON network WHEN {PROMISED} "
            f"BEGIN SELECT RAISE(ABORT, '{NO_LESS}'); END"
        )
        return
    db.execute_sql(
        "CREATE FUNCTION refuse_lowering() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {PROMISED} THEN RAISE EXCEPTION '{NO_LESS}'; END IF; RETURN NEW; END $$"
    )
    db.execute_sql(
        "CREATE TRIGGER colluders_kept BEFORE UPDATE OF colluders ON network "
        "FOR EACH ROW EXECUTE FUNCTION refuse_lowering()"
    )


def step_gatherings(db: Database, _change: SchemaMigrator) -> None:
    """Sign-up for gatherings, guests, who was there, and calendars."""
    with db.bind_ctx(GATHERINGS, bind_refs=False, bind_backrefs=False):
        db.create_tables(GATHERINGS)


def step_audit(db: Database, _change: SchemaMigrator) -> None:
    """The log of who did what to what."""
    with db.bind_ctx([AuditLine], bind_refs=False, bind_backrefs=False):
        db.create_tables([AuditLine])
    if isinstance(db, SqliteFile):
        refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is never rewritten'); END"
        db.execute_sql(f"CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit_line {refuse}")
        db.execute_sql(f"CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit_line {refuse}")
        return
    db.execute_sql(
        "CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is never rewritten'; END $$"
    )
    act = "EXECUTE FUNCTION refuse_audit()"
    db.execute_sql(f"CREATE TRIGGER audit_unchanged BEFORE UPDATE OR DELETE ON audit_line FOR EACH ROW {act}")
    db.execute_sql(f"CREATE TRIGGER audit_unemptied BEFORE TRUNCATE ON audit_line FOR EACH STATEMENT {act}")


def step_mentoring(db: Database, _change: SchemaMigrator) -> None:
    """Training, times away, changes of mentor, hires' own word, and what goes when its time is over."""
    with db.bind_ctx([*MENTORING, *KEEPING], bind_refs=False, bind_backrefs=False):
        db.create_tables([*MENTORING, *KEEPING])


def step_programs(db: Database, _change: SchemaMigrator) -> None:
    """Keys for other programs, and addresses that hear of news."""
    with db.bind_ctx(API_TABLES, bind_refs=False, bind_backrefs=False):
        db.create_tables(API_TABLES)


def step_wishes(db: Database, _change: SchemaMigrator) -> None:
    """People's wishes to be forgotten, until they are done or answered."""
    with db.bind_ctx(WISHES, bind_refs=False, bind_backrefs=False):
        db.create_tables(WISHES)


def step_witnesses(db: Database, _change: SchemaMigrator) -> None:
    """What devices remember of the audit log."""
    with db.bind_ctx(WITNESSES, bind_refs=False, bind_backrefs=False):
        db.create_tables(WITNESSES)


def step_amending(db: Database, _change: SchemaMigrator) -> None:
    """Changed sign-ups that were put through."""
    with db.bind_ctx(AMENDING, bind_refs=False, bind_backrefs=False):
        db.create_tables(AMENDING)


STEPS: list[Step] = [
    step_named_world, step_anonymous_world, step_jobs, step_registration, step_ways_to_sign_in, step_reports,
    step_releasing, step_gatherings, step_audit, step_mentoring, step_programs, step_wishes, step_witnesses,
    step_amending,
]
