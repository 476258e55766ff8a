"""The indicators that are an index, a mean or a share of one survey's questions: four headlines, and five others.

`measure` gives any of them for a pick of blocks; what is made of more than one figure stands in `measures`.
An index is the mean of its questions' own means, for no person's answers lie together after a seal (decision 0006).
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from fotfeste_shared.forms import FormDefinition
from fotfeste_shared.kinds import Scaled
from fotfeste_shared.wording import Language, say

from ..anonymous.disclosure import crowd
from ..anonymous.shapes import shape_of
from .counting import fits, ladder
from .figures import Figure, Hidden, Shown, around, mean, share_from
from .released import Pick, Released

NEW_HIRE, MENTOR = "nyansatt", "mentor"
WILL_STAY = "b_bli"
HIGH = 4  # «ganske sannsynlig» and up

Name = Literal[
    "trygghet", "oppgaver", "sosialt", "bli", "tid", "belastning", "mentortrygghet", "rammer", "fortsette"
]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: an index of at least `fewest` questions, or (without) a share or the mean of one question.

    `number` is its row in the domain's table of indicators; `network_only` is told for no municipality.
    """

    name: Name
    fewest: int = 0
    number: int = 0
    form: str = NEW_HIRE
    question: str = ""
    is_mean: bool = False
    network_only: bool = False

    @property
    def is_share(self) -> bool:
        """Tell whether it is a share rather than a mean."""
        return not self.fewest and not self.is_mean


# Row 1 comes from the municipalities' own numbers (`leaving`).
INDICATORS = (
    Indicator("trygghet", 5, 2), Indicator("oppgaver", 3, 3), Indicator("sosialt", 2, 4),
    Indicator("bli", number=5, question=WILL_STAY),
)  # fmt: skip
OTHERS = (
    Indicator("tid", number=14, question="o_tid", is_mean=True),
    Indicator("belastning", number=14, form=MENTOR, question="u_belastning", is_mean=True),
    Indicator("mentortrygghet", 4, 15, MENTOR),
    Indicator("rammer", 3, 16, MENTOR),
    Indicator("fortsette", number=18, form=MENTOR, question="u_fortsette", network_only=True),
)


def title(indicator: Indicator, language: Language) -> str:
    """Name an indicator as people do."""
    match indicator.name:
        case "trygghet":
            return say(language, "Trygghet i jobben")
        case "oppgaver":
            return say(language, "Inn i oppgavene")
        case "sosialt":
            return say(language, "Inn i miljøet")
        case "bli":
            return say(language, "Vil bli")
        case "tid":
            return say(language, "Tid til jobben")
        case "belastning":
            return say(language, "Belastning som mentor")
        case "mentortrygghet":
            return say(language, "Trygghet som mentor")
        case "rammer":
            return say(language, "Rammer for mentor")
        case "fortsette":
            return say(language, "Vil fortsette som mentor")


def explained(indicator: Indicator, language: Language) -> str:
    """Say in one sentence what an indicator is."""
    match indicator.name:
        case "trygghet":
            return say(language, "Snitt av åtte spørsmål om trygghet, fra 1 (svært utrygg) til 5 (svært trygg).")
        case "oppgaver":
            return say(language, "Snitt av fire spørsmål om oppgavene, fra 1 (svært uenig) til 5 (svært enig).")
        case "sosialt":
            return say(language, "Snitt av tre spørsmål om arbeidsmiljøet, fra 1 (svært uenig) til 5 (svært enig).")
        case "bli":
            return say(language, "Andelen som svarer at de ganske eller svært sannsynlig jobber her om ett år.")
        case "tid":
            return say(language, "Snitt for «tid til å gjøre jobben», fra 1 (svært uenig) til 5 (svært enig).")
        case "belastning":
            return say(language, "Snitt for «går ut over andre oppgaver», fra 1 til 5. Et høyt tall er dårlig.")
        case "mentortrygghet":
            return say(language, "Snitt av seks spørsmål om å være mentor, fra 1 (svært utrygg) til 5 (svært trygg).")
        case "rammer":
            return say(language, "Snitt av fire spørsmål om rammene, fra 1 (svært uenig) til 5 (svært enig).")
        case "fortsette":
            return say(language, "Andelen som svarer at de ganske eller svært sannsynlig fortsetter som mentor.")


def items(form: FormDefinition, indicator: Indicator) -> list[Scaled]:
    """Give the questions that an indicator is made of."""
    scaled = [question for question in form.questions() if isinstance(question, Scaled)]
    if indicator.question:
        return [question for question in scaled if question.code == indicator.question]
    return [question for question in scaled if question.index == indicator.name]


def measure(
    released: Released, form: FormDefinition, indicator: Indicator, pick: Pick, colluders: int
) -> Shown:
    """Give an indicator over the blocks of a pick, or say that it is hidden."""
    figures = []
    for question in items(form, indicator):
        shape = shape_of(question, {})
        blocks = [each.block for each in released.pick(replace(pick, form=form.code, question=question.code))]
        same = [block for block in blocks if shape is not None and fits(shape, block)]
        if shape is None or not same:
            continue
        steps = ladder(shape, same, colluders)
        figures.append(share_from(steps, HIGH, colluders) if indicator.is_share else mean(steps, colluders))
    if len(figures) < max(1, indicator.fewest):
        waiting = None if pick.places else released.still_waiting(form.code, pick.waves)
        return Hidden(crowd(colluders), waiting)
    return index(figures) if indicator.fewest else figures[0]


def waves_of(form: FormDefinition, indicator: Indicator) -> tuple[str, ...]:
    """Give the waves in which an indicator's questions are asked."""
    asked = items(form, indicator)
    return tuple(wave for wave in form.waves if any(not each.waves or wave in each.waves for each in asked))


def index(figures: list[Figure]) -> Figure:
    """Put the means of several questions together; `n` is that of the question fewest answered.

    The error is the mean of the errors: as large as if everybody answered all the questions alike, and never
    too small whatever the answers have to do with each other.
    """
    many = len(figures)
    low = sum((figure.low for figure in figures), Fraction()) / many
    high = sum((figure.high for figure in figures), Fraction()) / many
    value = sum((figure.value or Fraction() for figure in figures), Fraction()) / many
    error = sum(figure.error for figure in figures) / many
    n, blocks = min(figure.n for figure in figures), max(figure.blocks for figure in figures)
    return Figure("mean", n, blocks, low, high, value, around((1, 5), value, error), error)
