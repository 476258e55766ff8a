"""The people of the example network: invented names, addresses that lead nowhere, teams and their mentors."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from fotfeste_shared.wording import Language

DOMAIN = "example.org"
# Put together from ordinary words, so that a name is believable and yet hardly anybody's.
FIRST_NAMES = (
    "Aisha", "Amalie", "Anders", "Anja", "Astrid", "Birgitte", "Bjarne", "Camilla", "Dag", "Dorota", "Eirik", "Elin",
    "Emil", "Fatima", "Frode", "Gro", "Guro", "Hanne", "Hassan", "Henrik", "Ida", "Ingvild", "Ivar", "Jasmin", "Jon",
    "Kaja", "Karin", "Katarzyna", "Kristin", "Lars", "Leila", "Lene", "Linh", "Magnus", "Mari", "Marit", "Mona",
    "Nadia", "Nils", "Oda", "Ola", "Omar", "Per", "Ragnhild", "Runa", "Samira", "Sindre", "Siri", "Solveig", "Stian",
    "Synne", "Tone", "Torunn", "Trond", "Tuva", "Unni", "Vegard", "Vilde", "Yngve", "Åse",
)  # fmt: skip
BEGINNINGS = (
    "Bjørke", "Brekke", "Duft", "Engel", "Fagre", "Fjære", "Frost", "Furu", "Glitre", "Gran", "Heste", "Hvit", "Ise",
    "Kirse", "Kløver", "Kråke", "Lyng", "Mose", "Orre", "Rogne", "Silje", "Snø", "Sommer", "Sten", "Tinde",
    "Trane", "Tåke", "Vår", "Vinter", "Ørne",
)  # fmt: skip
ENDINGS = ("bekk", "dalen", "eng", "fossen", "hammer", "haug", "lien", "lund", "moen", "rud", "set", "stad", "åsen")
LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "ae", "Ø": "o", "Å": "a", " ": "."})


@dataclass(frozen=True, slots=True)
class Someone:
    """A person nobody has met."""

    name: str
    email: str
    language: Language = "nb"


class Crowd:
    """Hands out people, none of them twice."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._met: set[str] = set()

    def meet(self, where: str, language: Language = "nb") -> Someone:
        """Make one more person, who works at `where`."""
        name = self._name()
        while name in self._met:
            name = self._name()
        self._met.add(name)
        return Someone(name, f"{name.translate(LETTERS).casefold()}@{where}.{DOMAIN}", language)

    def _name(self) -> str:
        choose = self._chance.choice
        return f"{choose(FIRST_NAMES)} {choose(BEGINNINGS)}{choose(ENDINGS)}"


@dataclass(frozen=True, slots=True)
class Home:
    """One municipality of the network; `hires` is how many start in a year in the units that take part."""

    number: str
    name: str
    slug: str
    hires: int
    language: Language = "nb"


HOMES = (
    Home("3205", "Lillestrøm", "lillestrom", 34),
    Home("3105", "Sarpsborg", "sarpsborg", 24),
    Home("3905", "Tønsberg", "tonsberg", 17),
    Home("3103", "Moss", "moss", 12),
    Home("3118", "Indre Østfold", "indre-ostfold", 8),
    Home("3101", "Halden", "halden", 7),
    Home("3401", "Kongsvinger", "kongsvinger", 5),
    Home("3316", "Modum", "modum", 4),
    Home("4020", "Midt-Telemark", "midt-telemark", 3, "nn"),
    Home("5025", "Røros", "roros", 2),
    Home("3338", "Nore og Uvdal", "nore-og-uvdal", 2, "nn"),
    Home("3334", "Flesberg", "flesberg", 2),
)
HIRES_A_YEAR = sum(home.hires for home in HOMES)

UNITS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "nb": (
        ("Hjemmetjenesten, sone nord", "Hjemmetjenesten, sone sør", "Nattjenesten"),
        ("Sykehjemmet, 1. etasje", "Sykehjemmet, 2. etasje", "Korttidsavdelingen", "Bofellesskapet"),
    ),
    "nn": (
        ("Heimetenesta, sone nord", "Heimetenesta, sone sør", "Nattenesta"),
        ("Sjukeheimen, 1. etasje", "Sjukeheimen, 2. etasje", "Korttidsavdelinga", "Bufellesskapet"),
    ),
}
TEAMS: dict[str, tuple[str, str]] = {
    "nb": ("hjemmetjeneste", "sykehjem og bolig"),
    "nn": ("heimeteneste", "sjukeheim og bustad"),
}
SEATS = ("virksomhetsleder", "hr", "tillitsvalgt", "fagutvikler", "nyansatt", "verneombud")  # beside head and mentor
HIRES_FOR_A_MENTOR = 1.7


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place in a team, as a code of the list `rolle`."""

    who: Someone
    code: str
    contact: bool = False


@dataclass(frozen=True, slots=True)
class Crew:
    """One team: its seats, its units, the mentors who work in them; `pace` says how fast it gets on, 0 to 1."""

    home: Home
    name: str
    units: tuple[str, ...]
    seats: tuple[Seat, ...]
    mentors: tuple[Someone, ...]
    advisor: Someone
    pace: float

    @property
    def contact(self) -> Someone:
        """The one who hands in for the team."""
        return next(seat.who for seat in self.seats if seat.contact)


class Muster:
    """Makes the teams of one municipality after the other."""

    def __init__(self, crowd: Crowd, chance: Random) -> None:
        self._crowd = crowd
        self._chance = chance

    def crews(self, home: Home, advisors: tuple[Someone, Someone]) -> Iterator[Crew]:
        """Make the two teams of a municipality."""
        mentors = max(2, round(home.hires / HIRES_FOR_A_MENTOR))
        shares = (mentors - mentors // 2, mentors // 2)
        for which, share in enumerate(shares):
            yield self._crew(home, which, share, advisors[which])

    def _crew(self, home: Home, which: int, mentors: int, advisor: Someone) -> Crew:
        people = tuple(self._crowd.meet(home.slug, home.language) for _ in range(mentors))
        head = Seat(self._crowd.meet(home.slug, home.language), "avdelingsleder", contact=True)
        others = self._chance.sample(SEATS, self._chance.randint(1, 5))
        seats = (
            head,
            Seat(people[0], "mentor"),
            *(Seat(self._crowd.meet(home.slug, home.language), code) for code in others),
        )
        names, units = TEAMS[home.language], UNITS[home.language]
        return Crew(home, f"{home.name} {names[which]}", units[which], seats, people, advisor, self._chance.random())
