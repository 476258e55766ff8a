"""«We met»: one press by somebody new, without an account, apart from everything that the mentor writes.

A link belongs to a municipality and to nobody in particular: it is handed out on paper, and which one somebody got is
known to nobody here. It counts at most once a week, and keeps no day and no hour.
"""

from datetime import date

from fotfeste_shared.database import Database, insert_once, writing
from fotfeste_shared.problems import Invalid, NotFound
from fotfeste_shared.revisions import new_id
from fotfeste_shared.talks import quarter_of

from .mentoring_models import MetLink, MetSum
from .models import Participation
from .secret import hashed, new_token

MOST = 60


def make_links(db: Database, place: Participation, count: int) -> list[str]:
    """Make links for a municipality's new hires; each is told here, once."""
    if not 1 <= count <= MOST:
        raise Invalid(questions={"count": "Skriv et tall fra 1 til 60."})
    tokens = [new_token() for _ in range(count)]
    with writing(db):
        for token in tokens:
            MetLink.create(hash=_name(token), participation=place.id)
    return tokens


def is_link(token: str) -> bool:
    """Tell whether a link is one of ours."""
    return MetLink.get_or_none(MetLink.hash == _name(token)) is not None


def say_met(db: Database, token: str, today: date) -> bool:
    """Count a meeting; False when this link has been used this week already, and all is well."""
    week = "{}-{:02}".format(*today.isocalendar()[:2])
    with writing(db):
        fresh = MetLink.update(week=week).where(
            (MetLink.hash == _name(token)) & (MetLink.week.is_null() | (MetLink.week != week))
        )
        if fresh.execute() != 1:
            if not is_link(token):
                raise NotFound
            return False
        place = MetLink.get(MetLink.hash == _name(token)).participation_id
        same = (MetSum.participation == place) & (MetSum.quarter == quarter_of(today))
        insert_once(
            MetSum, MetSum.participation, MetSum.quarter, id=new_id(), participation=place,
            quarter=quarter_of(today), times=0,
        )  # fmt: skip
        MetSum.update(times=MetSum.times + 1).where(same).execute()
    return True


def _name(token: str) -> str:
    return hashed("met", token)
