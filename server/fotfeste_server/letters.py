"""What is written to people about a network: receipts, invitations to those who are now in it, and reminders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from fotfeste_shared.clock import CIVIL, civil
from fotfeste_shared.database import Database, writing
from fotfeste_shared.web.pages import day as day_in_words
from fotfeste_shared.wording import Language, Value, as_language, say

from .jobs import enqueue
from .named.accepting import Accepted
from .named.joining import forget_old, receipt_of
from .named.models import Member, Network, Person, Team
from .named.public_pages import forget_sign_ups, hours, meetings_to_remind_of, sign_ups
from .named.registration_models import Meeting, Registration, SignUp

REMINDERS = "meeting_reminders"  # the kind of the daily job
AT_EIGHT = time(8)


@dataclass(frozen=True, slots=True)
class Post:
    """A letter in the making: to whom, in which language, and the values that its sentences name."""

    to: str
    language: Language
    values: dict[str, Value]

    def send(self, job: str, subject: str, paragraphs: Iterable[str]) -> None:
        """Leave it among the jobs, inside the caller's transaction; the same `job` twice is one letter."""
        text = "\n\n".join(self.spoken(each) for each in paragraphs if each) + "\n"
        enqueue("letter", {"to": self.to, "subject": self.spoken(subject), "text": text}, job_id=job)

    def spoken(self, sentence: str) -> str:
        """Say one sentence; an address or a name stands for itself."""
        if sentence.startswith(("http", "–")):
            return sentence
        return say(self.language, sentence).format(**self.values)


# --- the information meeting ---------------------------------------------------------------------------------


def confirm_sign_up(row: SignUp, meeting: Meeting, own: str) -> None:
    """Write to somebody who has signed up for the information meeting; `own` is the address of their sign-up."""
    told = _post_to(row, meeting)
    if row.waiting:
        told.send(
            f"waiting:{row.id}", "Du står på venteliste til informasjonsmøtet",
            (
                "Vi har fått påmeldingen din. Fristen var ute, så du står på venteliste. Vi skriver når du får plass.",
                own,
            ),
        )  # fmt: skip
        return
    told.send(
        f"signed-up:{row.id}", "Du er påmeldt informasjonsmøtet",
        (
            "Du er påmeldt informasjonsmøtet om {network}.", "{day} kl. {begins}–{ends}. {place}", meeting.link,
            "Her kan du legge møtet i kalenderen, endre påmeldingen eller melde deg av:", own,
        ),
    )  # fmt: skip


def tell_of_place(row: SignUp, meeting: Meeting, own: str) -> None:
    """Write to somebody who has got a place from the waiting list."""
    _post_to(row, meeting).send(
        f"placed:{row.id}", "Du har fått plass på informasjonsmøtet",
        (
            "Du har fått plass på informasjonsmøtet om {network}.", "{day} kl. {begins}–{ends}. {place}", meeting.link,
            own,
        ),
    )  # fmt: skip


def remind_of_meetings(db: Database, today: date) -> int:
    """Remind those who come to a meeting tomorrow; each gets one letter for a day, however often this runs."""
    told = 0
    for meeting in meetings_to_remind_of(today):
        for row in sign_ups(meeting.network):
            if not row.waiting:
                with writing(db):
                    _post_to(row, meeting).send(
                        f"reminder:{row.id}:{meeting.day.isoformat()}",
                        "Påminnelse: informasjonsmøte {day}",
                        ("{day} kl. {begins}–{ends} er det informasjonsmøte om {network}. {place}", meeting.link),
                    )
                told += 1
    return told


def keep_house(db: Database, moment: datetime) -> None:
    """Do the day's work: remind, and forget those whose time is over."""
    remind_of_meetings(db, civil(moment).date())
    forget_sign_ups(db, civil(moment).date())
    forget_old(db, moment)


def next_reminders(today: date) -> tuple[str, datetime]:
    """Name the reminders of a day and tell when they are due, so that several workers agree on one."""
    return f"{REMINDERS}:{today.isoformat()}", datetime.combine(today, AT_EIGHT, CIVIL)


def _post_to(row: SignUp, meeting: Meeting) -> Post:
    language = as_language(row.language)
    first, last = hours(meeting)
    return Post(row.email, language, {
        "network": meeting.network.name, "day": day_in_words(meeting.day, language), "begins": f"{first:%H.%M}",
        "ends": f"{last:%H.%M}", "place": meeting.place,
    })  # fmt: skip


# --- the binding sign-up -------------------------------------------------------------------------------------


def confirm_registration(network: Network, row: Registration, own: str, *, again: str = "") -> None:
    """Write to the contact of a municipality that has signed up; `own` is the address where it can be changed.

    `again` is a mended address that it is written to once more.
    """
    address = str((row.answers or {}).get("kontakt_epost", ""))
    told = Post(address, as_language(row.language), {"network": network.name, "code": receipt_of(row.id)})
    told.send(
        f"registered:{row.id}{again}", "Vi har fått påmeldingen til {network}",
        ("Vi har fått påmeldingen til {network}. Kvitteringen er {code}.",
         "Arrangøren ser på den og svarer. Fram til fristen kan du endre den her:", own),
    )  # fmt: skip


def keep_link(address: str, language: Language, network: Network, id_: str, own: str) -> None:
    """Write the address of a draft to somebody who goes on later."""
    Post(address, language, {"network": network.name}).send(
        f"draft:{id_}", "Kladden til påmeldingen til {network}",
        ("Her kan du fortsette på påmeldingen til {network}. Den er ikke sendt inn ennå.", own),
    )  # fmt: skip


def invite_contacts(network: Network, accepted: Accepted, base: str) -> None:
    """Write to those who are now in the network: the municipality's contact, and each team's."""
    shared: dict[str, Value] = {"network": network.name, "link": f"{base}/signin"}
    task = "Du følger opp for kommunen. Godta avtalen, og se teamene."
    _welcome(accepted.contact, accepted.place.id, shared, task)
    task = "Du er kontaktperson for {team}, og leverer for teamet."
    for person, team in accepted.contacts:
        _welcome(person, team.id, {**shared, "team": team.name}, task)


def _welcome(person: Person, about: str, values: dict[str, Value], task: str) -> None:
    address = str(values["link"])
    told = Post(person.email, as_language(person.language), {**values, "name": person.name})
    told.send(
        f"welcome:{about}:{person.id}", "Velkommen til {network}",
        ("Hei {name}", "Du er med i {network}.", task,
         "Logg inn med denne e-postadressen. Du får en kode på e-post, og trenger ikke passord.", address),
    )  # fmt: skip


def welcome_member(db: Database, member: Member, base: str) -> None:
    """Write to somebody who has become the contact of a team."""
    team: Team = member.team
    values: dict[str, Value] = {
        "network": team.participation.network.name, "link": f"{base}/signin", "team": team.name,
    }  # fmt: skip
    with writing(db):
        _welcome(member.person, team.id, values, "Du er kontaktperson for {team}, og leverer for teamet.")
