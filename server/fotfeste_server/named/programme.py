"""The programme of a gathering: the parts that its evaluation asks about, one by one."""

import re

from fotfeste_shared.database import Database, writing
from fotfeste_shared.kinds import Answers
from fotfeste_shared.problems import Conflicting, Invalid
from fotfeste_shared.revisions import new_id

from .models import Gathering, Network, ProgrammeItem
from .people import one_line

MOST_ITEMS = 20
LONGEST_TITLE = 100
WAVE = re.compile(r"samling(\d+)")
Programme = tuple[tuple[str, str], ...]


def wave_of(gathering: Gathering) -> str:
    """Name the wave in which a gathering is evaluated, so that its figures stand by themselves."""
    return f"samling{gathering.number}"


def items_of(gathering: Gathering) -> list[ProgrammeItem]:
    """Give the programme in its order."""
    return list(ProgrammeItem.select().where(ProgrammeItem.gathering == gathering.id).order_by(ProgrammeItem.number))


def programme(network: str, wave: str) -> Programme:
    """Give the programme behind a wave as (id, title); other waves have none."""
    found = WAVE.fullmatch(wave)
    if found is None:
        return ()
    rows = ProgrammeItem.select(ProgrammeItem.id, ProgrammeItem.title).join(Gathering)
    mine = rows.where((Gathering.network == network) & (Gathering.number == int(found[1])))
    return tuple((row.id, row.title) for row in mine.order_by(ProgrammeItem.number))


def rows_of(known: Programme) -> list[Answers]:
    """Give a programme as the rows of the evaluation."""
    return [{"id": id_, "innslag": title} for id_, title in known]


def titles(network: Network) -> dict[str, str]:
    """Name every part of every programme of a network, for its results."""
    inside = Gathering.select(Gathering.id).where(Gathering.network == network.id)
    return {row.id: row.title for row in ProgrammeItem.select().where(ProgrammeItem.gathering.in_(inside))}


def write_programme(db: Database, gathering: Gathering, typed: str, *, evaluated: bool) -> None:
    """Write the programme, a line for each part; once it is being evaluated, its words may only be mended."""
    lines = [one_line(line, LONGEST_TITLE) for line in typed.splitlines() if line.strip()]
    if len(lines) > MOST_ITEMS:
        raise Invalid(questions={"programme": "Her er det plass til høyst tjue."})
    if len({line.casefold() for line in lines}) < len(lines):
        raise Invalid(questions={"programme": "To innslag har samme navn."})
    with writing(db):
        known = items_of(gathering)
        if evaluated and len(known) != len(lines):
            raise Conflicting("Evalueringen er åpnet. Nå kan du rette navn, men ikke legge til eller fjerne innslag.")
        if evaluated:
            for item, line in zip(known, lines, strict=True):
                ProgrammeItem.update(title=line).where(ProgrammeItem.id == item.id).execute()
            return
        ProgrammeItem.delete().where(ProgrammeItem.gathering == gathering.id).execute()
        for number, line in enumerate(lines, 1):
            ProgrammeItem.create(id=new_id(), gathering=gathering.id, number=number, title=line)
