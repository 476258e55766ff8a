"""How states, problems and days are said on the screen."""

from datetime import date, datetime

from fotfeste_shared.clock import civil, today
from fotfeste_shared.revisions import read_revision
from fotfeste_shared.web.pages import current_language
from fotfeste_shared.web.pages import day as in_words
from fotfeste_shared.web.pages import translated as _

from .models import Draft, Revision
from .outbox import State
from .overview import PAIRING, Entry, Overview
from .schedule import Next, When
from .syncing import Line, Status


class Words:
    """The sentences that several pages share; in the page's language."""

    def line(self, status: Status, waiting: int) -> str:
        """What the status line says: the line to the server, and what waits."""
        match status.line:
            case Line.ONLINE if not waiting:
                return _("Tilkoblet. Alt er levert.")
            case Line.ONLINE if waiting == 1:
                return _("Tilkoblet. 1 venter på levering.")
            case Line.ONLINE:
                return _("Tilkoblet. {n} venter på levering.", n=waiting)
            case Line.NOT_ENROLLED:
                return _("Ikke koblet til ennå. Det du lagrer, ligger trygt her.")
            case Line.LOGIN_NEEDED:
                return _("Koble til på nytt for å levere. Det du lagrer, ligger trygt her.")
            case Line.REVOKED:
                return _("Denne maskinen har ikke lenger tilgang. Det du har lagret, ligger trygt her.")
            case Line.WRONG_SERVER:
                return _("Svaret kom ikke fra tjenesten vår. Alt ligger trygt her, vi prøver igjen.")
            case Line.UPDATE_NEEDED:
                return _("Programmet må oppdateres. Det du lagrer, ligger trygt her.")
            case Line.UNKNOWN:
                return _("Ser etter tjenesten …")
            case _:
                return _("Frakoblet. Det du lagrer, ligger trygt her og leveres senere.")

    def state(self, kept: Entry | Revision) -> str:
        """Where one saved form stands."""
        receipt = kept.receipt or ""
        match State(str(kept.state)):
            case State.QUEUED:
                return _("Lagret her. Leveres når du er på nett.")
            case State.DELIVERED if not receipt:  # somebody else's, whose receipt is theirs
                return _("Levert.")
            case State.DELIVERED:
                return _("Levert. Kvittering {code}", code=receipt)
            case State.BACKED_UP:
                return _("Levert og sikkerhetskopiert. Kvittering {code}", code=receipt)
            case State.ATTENTION:
                return _("Trenger hjelp")
            case State.ERASED:
                return _("Slettet etter krav")

    def problem(self, code: str | None) -> str:
        """Why something needs help, and what to do."""
        match code:
            case "not_yours":
                return _("Du har ikke lenger tilgang til å levere dette. Spør arrangøren.")
            case "too_large":
                return _("Skjemaet er for stort til å leveres. Kort det ned, og lagre på nytt.")
            case "erased":
                return _("Dette er slettet etter krav, og kan ikke leveres igjen.")
            case "server_fault":
                return _("Tjenesten klarer ikke å ta imot dette. Vi prøver igjen hver time. Si fra til arrangøren.")
            case _:
                return _("Tjenesten kunne ikke ta imot dette. Lagre en kopi til fil, og si fra til arrangøren.")

    def title(self, thing: Draft | Revision, overview: Overview) -> str:
        """What a saved form or draft is, and whom it concerns by the mentor's own name."""
        form = overview.form(str(thing.form))
        title = form.title.in_(current_language()) if form else str(thing.form)
        kind, id_ = thing.about if isinstance(thing, Draft) else (thing.about_kind, thing.about_id)
        pair = overview.pair(id_) if kind == "pairing" else None
        if kind == "team" and (named := overview.title_of_team_record(str(thing.record), id_, title)):
            return named
        if pair:
            return f"{title}, {pair.name}"
        unit = _unit(thing) if thing.form == PAIRING else ""
        return f"{title}, {unit}" if unit else title

    def told_moment(self, stamp: str) -> datetime:
        """A moment as a revision writes it."""
        return datetime.fromisoformat(stamp)

    def draft(self, draft: Draft) -> str:
        """When a draft was last saved."""
        touched = civil(draft.touched)
        if touched.date() == today():
            return _("Kladd, lagret kl. {time}", time=f"{touched:%H.%M}")
        return _("Kladd, lagret {day}", day=in_words(touched.date()))

    def next(self, coming: Next) -> str:
        """When the next session is."""
        if coming.day is None:
            return _("Det første året er gått. Dere avtaler selv om dere møtes videre.")
        told = self.near(coming.day)
        match coming.when, coming.agreed:
            case When.OVERDUE, _agreed:
                return _("Skulle vært {day}", day=told)
            case _when, True:
                return _("Avtalt {day}", day=told)
            case _:
                return _("Etter planen {day}", day=told)

    def near(self, day: date) -> str:
        """A day as people say it when it is near."""
        match (day - today()).days:
            case 0:
                return _("i dag")
            case 1:
                return _("i morgen")
            case -1:
                return _("i går")
            case _:
                return in_words(day)


def _unit(thing: Draft | Revision) -> str:
    """The department of a new hire, as it was written."""
    answers = thing.answers if isinstance(thing, Draft) else read_revision(str(thing.text)).answers
    return str(answers.get("enhet") or "")
