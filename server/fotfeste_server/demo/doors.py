"""The ways into the example network: as an organizer, as a new hire with a link, as a mentor with a code."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO

import segno

from fotfeste_shared.database import Database

from ..config import Config
from ..named.devices import make_code
from ..named.models import Person
from .asking import free_link


@dataclass(frozen=True, slots=True)
class Doors:
    """What is told when the example is served; `survey_link` is None when the quarter it was made in is over."""

    network: str
    organizer_name: str
    organizer_email: str
    signin_link: str
    mail_link: str
    survey_link: str | None
    mentor_name: str
    enrolment_code: str

    def lines(self) -> list[str]:
        """Say it to the one who started the server; the link as a picture too, for a phone's camera."""
        survey = self.survey_link or "the example's quarter is over; remove its folder and start again"
        picture = _picture(self.survey_link).splitlines() if self.survey_link else []
        return [
            *picture,
            f"As organizer:  {self.signin_link}",
            f"               {self.organizer_email} ({self.organizer_name}); the code is on {self.mail_link}",
            f"As new hire:   {survey}",
            f"As mentor:     python desktop, then code {self.enrolment_code} ({self.mentor_name}), good for 15 minutes",
        ]


def doors(db: Database, config: Config, known: Mapping[str, str]) -> Doors:
    """Open the doors anew: a fresh enrolment code, and a link nobody has used."""
    token = free_link(config, known["window"])
    boss, guide = Person.get_by_id(known["organizer"]), Person.get_by_id(known["mentor"])
    return Doors(
        network=known["network"],
        organizer_name=boss.name,
        organizer_email=boss.email,
        signin_link=f"{config.base_url}/signin",
        mail_link=f"{config.base_url}/demo/mail",
        survey_link=f"{config.base_url}/s/{token}" if token else None,
        mentor_name=guide.name,
        enrolment_code=make_code(db, guide),
    )


def _picture(link: str) -> str:
    """Draw a link in letters."""
    drawn = StringIO()
    segno.make(link, error="l").terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue()
