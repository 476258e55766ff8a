"""What people answer anonymously: surer with time and with a mentor, each a little different."""

from random import Random

from fotfeste_shared.kinds import Answers

from .plan import Hire
from .words import Voice

RISE = {"start": 0.0, "m3": 0.4, "m6": 0.7, "m12": 0.95}
SURE = {
    "t_faglig": 3.3, "t_forverring": 3.0, "t_legemidler": 3.4, "t_prioritere": 3.0, "t_ansvar": 2.7, "t_uenig": 2.7,
    "t_parorende": 3.3, "t_si_fra": 3.6,
}  # fmt: skip
WORK = {"o_forvent": 3.5, "o_opplaring": 3.1, "o_finne": 3.2, "o_tid": 2.9, "o_kompetanse": 3.6}
PLACE = {"s_del": 3.7, "s_hjelp": 4.1, "s_ny": 3.7}
MENTOR = {"m_arbeidstid": 3.5, "m_apent": 4.2, "m_trygg": 4.0, "m_oppgaver": 3.8, "m_sosialt": 3.9}
BECAUSE = ("oppfolging", "mentor", "miljo", "leder", "fag", "bemanning", "turnus", "lonn")
BECAUSE_WEIGHTS = (20, 12, 24, 14, 14, 20, 16, 14)
THEMES = ("oppgaver", "faglig", "prioritering", "samarbeid", "sosialt", "rolle", "mestring", "legemidler")
KNEW = ("utlysning", "hort", "nei")
EXPERIENCE = ("0", "1_3", "4_10", "11")
WORKPLACE = {"Hjemme": "hjemmetjeneste", "Heime": "hjemmetjeneste", "Natt": "hjemmetjeneste", "Korttid": "korttid",
             "Bofelles": "bolig", "Bufelles": "bolig"}  # fmt: skip
SKIPS = 0.03
SURE_AS_MENTOR = {
    "k_lytte": 3.6, "k_sporsmal": 3.1, "k_tilbake": 2.9, "k_vanskelig": 2.7, "k_grense": 3.0, "k_usikker": 3.7,
}  # fmt: skip
AROUND_MENTOR = {"r_tid": 2.9, "r_leder": 3.7, "r_kolleger": 3.0, "r_vakt": 2.8, "r_plan": 3.2}
GAIN = {"u_fag": 4.1, "u_stolt": 4.3, "u_belastning": 2.9, "u_fortsette": 4.1}
MISSED = ("tid", "opplaring", "mentornettverk", "leder", "lonn", "verktoy")
MISSED_WEIGHTS = (32, 10, 24, 8, 14, 12)
REASONS = ("oppfolging", "ansvar", "arbeidspress", "turnus", "lonn", "fag", "flytting", "utdanning", "midlertidig")
REASONS_WEIGHTS = (16, 18, 18, 20, 8, 8, 10, 4, 6)
GATHERING = {"alt": 4.2, "fag": 3.9, "erfaring": 4.1, "teamtid": 3.4, "neste": 4.0}


def point(middle: float, chance: Random) -> int:
    """Draw a point from 1 to 5 around a middle."""
    return max(1, min(5, round(chance.gauss(middle, 0.8))))


def _points(middles: dict[str, float], shift: float, chance: Random) -> Answers:
    """Draw a point for each question; now and then one is skipped, as people do."""
    return {code: point(middle + shift, chance) for code, middle in middles.items() if chance.random() >= SKIPS}


def new_hire(hire: Hire, wave: str, voice: Voice) -> Answers:
    """Answer as a new hire in one of the four waves."""
    chance = voice.chance
    mentored = hire.mentor is not None
    better = (0.35 if mentored else -0.1) if wave != "start" else 0.1 if mentored else 0.0
    shift = RISE[wave] + better + hire.luck
    answers = _points(SURE, shift, chance) | _points(WORK, shift * 0.8, chance) | _points(PLACE, shift * 0.6, chance)
    answers["s_leder"] = point(3.4 + hire.luck / 2, chance)
    answers["m_har"] = _has_mentor(mentored=mentored, chance=chance)
    answers["tjeneste"] = next((code for start, code in WORKPLACE.items() if hire.unit.startswith(start)), "sykehjem")
    answers["b_bli"] = point(3.5 + shift * 0.5, chance)
    if wave == "start":
        answers |= _about_the_start(hire, mentored=mentored, chance=chance)
    elif answers["m_har"] in ("ja_for", "ja"):
        answers |= _about_the_mentor(hire, wave, chance)
    if wave in ("start", "m12"):
        answers["b_yrke"] = point(3.9 + shift * 0.2, chance)
    if wave in ("m3", "m12"):
        answers["b_anbefale"] = max(0, min(10, round(chance.gauss(6.4 + shift, 1.7))))
    if wave != "start":
        answers["b_hva"] = _some(BECAUSE, BECAUSE_WEIGHTS, 3, chance)
    if chance.random() < 0.3:
        answers["fritt"] = voice.say(f"nyansatt.{'god' if mentored and hire.luck > 0 else 'treg'}")
    return answers


def _has_mentor(*, mentored: bool, chance: Random) -> str:
    """A mentor on paper is not always one in practice."""
    if not mentored:
        return chance.choices(("nei", "vet_ikke"), (85, 15))[0]
    return chance.choices(("ja_for", "ja", "nei", "vet_ikke"), (58, 34, 5, 3))[0]


def _about_the_start(hire: Hire, *, mentored: bool, chance: Random) -> Answers:
    knew = chance.choices(KNEW, (45, 30, 25) if mentored else (5, 15, 80))[0]
    answers: Answers = {
        "visste": knew,
        "yrke": hire.profession,
        "erfaring": chance.choices(EXPERIENCE, (48, 28, 16, 8))[0],
    }
    if knew != "nei":
        answers["betydning"] = point(3.3, chance)
    return answers


def _about_the_mentor(hire: Hire, wave: str, chance: Random) -> Answers:
    answers = _points(MENTOR, hire.luck / 2, chance)
    talks = {"m3": 6, "m6": 3, "m12": 3}[wave]
    answers["m_antall"] = max(0, round(chance.gauss(talks, 1.5)))
    if wave != "m3":
        answers["m_tema"] = chance.sample(THEMES, chance.randint(1, 3))
    return answers


def _some(codes: tuple[str, ...], weights: tuple[int, ...], most: int, chance: Random) -> list[str]:
    drawn = set(chance.choices(codes, weights, k=chance.randint(1, most)))
    return [code for code in codes if code in drawn]


def mentor(wave: str, voice: Voice) -> Answers:
    """Answer as a mentor, before the training or a year after."""
    chance = voice.chance
    later = wave == "etter"
    rise = 0.6 if later else 0.0
    answers = _points(SURE_AS_MENTOR, rise, chance) | _points(AROUND_MENTOR, rise / 3, chance)
    answers["yrke"] = chance.choices(("sykepleier", "vernepleier", "helsefagarbeider"), (80, 17, 3))[0]
    answers["for_opplaring"] = chance.choices(("ingen", "kurs", "stp"), (10, 70, 20) if later else (55, 35, 10))[0]
    if later:
        answers |= _points(GAIN, 0.0, chance)
        answers["antall"] = chance.choices((1, 2, 3, 4), (40, 35, 18, 7))[0]
        answers["savner"] = _some(MISSED, MISSED_WEIGHTS, 3, chance)
    else:
        answers["erfaring"] = chance.choices(EXPERIENCE, (0, 15, 45, 40))[0]
        answers["valgt"] = chance.choices(("meldte", "spurt", "utpekt"), (30, 50, 20))[0]
    if chance.random() < 0.25:
        answers["fritt"] = voice.say("mentor")
    return answers


def leaver(hire: Hire, voice: Voice) -> Answers:
    """Answer as one who leaves."""
    chance = voice.chance
    reasons = _some(REASONS, REASONS_WEIGHTS, 3, chance)
    stayed = (hire.left - hire.started).days if hire.left else 0
    answers: Answers = {
        "tid": "u3" if stayed < 91 else "3_6" if stayed < 183 else "7_12",
        "yrke": hire.profession,
        "mentor": chance.choice(("ja", "delvis")) if hire.mentor else "nei",
        "grunn": reasons,
        "viktigst": chance.choice(reasons),
        "til": chance.choices(("annen_enhet", "annen_kommune", "sykehus", "studier"), (25, 30, 35, 10))[0],
        "kunne": point(3.2, chance),
        "trygg": point(2.8 + hire.luck, chance),
        "tilbake": point(3.2, chance),
    }
    if chance.random() < 0.4:
        answers["fritt"] = voice.say("slutter")
    return answers


def gathering(seat: str, voice: Voice) -> Answers:
    """Answer as someone who was at a gathering."""
    chance = voice.chance
    role = {"avdelingsleder": "leder", "virksomhetsleder": "leder", "mentor": "mentor", "nyansatt": "nyansatt"}
    answers = _points(GATHERING, 0.0, chance)
    answers["form"] = chance.choices(("fysisk", "digital", "likegyldig"), (70, 12, 18))[0]
    answers["rolle"] = role.get(seat, "annen")
    if chance.random() < 0.2:
        answers["ta_med"] = voice.say("ta_med")
    return answers
