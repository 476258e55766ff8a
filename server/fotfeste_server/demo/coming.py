"""Who has signed up for the example's next gathering, and what they need there."""

from random import Random

from fotfeste_shared.kinds import Answer, Answers

ANSWERED = 0.8
NIGHTS = ("nei", "ja", "ja", "ja", "kveld_for")
DIETS: tuple[Answers, ...] = (
    {"mat": ["vegetar"]}, {"mat": ["gluten"]}, {"mat": ["laktose"]}, {"mat": ["svin"]}, {"mat": ["notter"]},
    {"mat": ["annet"], "mat_annet": "Allergi mot paprika"}, {"mat": ["ingen"]},
)  # fmt: skip
ARRANGEMENTS = ("Teleslynge", "Trinnfri adkomst", "Rom nær heisen")


def sign_up(chance: Random) -> Answers | None:
    """Draw one person's answer; some have not answered yet."""
    if chance.random() > ANSWERED:
        return None
    if chance.random() < 0.1:
        return {"deltar": "nei"}
    night: Answer = chance.choice(NIGHTS)
    comes: Answers = {"deltar": "fysisk", "dager": ["dag1", "dag2"], "overnatting": night}
    if night != "nei" and chance.random() < 0.9:
        comes["middag"] = "ja"
    if chance.random() < 0.3:
        comes |= chance.choice(DIETS)
    if chance.random() < 0.06:
        comes["tilrettelegging"] = chance.choice(ARRANGEMENTS)
    return comes | {"foto": "nei" if chance.random() < 0.1 else "ja"}
