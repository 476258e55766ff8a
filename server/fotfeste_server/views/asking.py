"""The staff's own forms: WTForms fields whose faults are said in our words, and verbs' complaints put beside them."""

from collections.abc import Callable
from datetime import date, datetime

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from fotfeste_shared.problems import Invalid, Problem

MISSING = InputRequired("Skriv noe her.")
CHOOSE = InputRequired("Velg ett av svarene i listen.")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)  # beyond these somebody's finger slipped

KNOWN = {
    "Not a valid choice.": "Velg ett av svarene i listen.",
    "Not a valid date value.": "Skriv en dato, for eksempel 24.8.2027.",
}


class OwnWords:
    """WTForms' own faults in our words."""

    def gettext(self, text: str) -> str:
        """Say a fault of WTForms."""
        return KNOWN.get(text, "Dette ble ikke forstått. Svar på nytt.")

    def ngettext(self, text: str, _texts: str, _number: int) -> str:
        """Say a fault of WTForms that counts."""
        return self.gettext(text)


class Ask(FlaskForm):  # type: ignore[misc]  # it comes without types
    """A staff form; `complain` hangs what a verb refused beside its field."""

    form_errors: list[str]

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """Say faults in our words; the app looks at the form token of every post, before any view."""

        csrf = False

        def get_translations(self, _form: object) -> OwnWords:
            """Give our words to WTForms."""
            return OwnWords()

    def complain(self, problem: Problem) -> None:
        """Put a verb's complaints beside the fields they are about, else above the form."""
        questions = problem.questions if isinstance(problem, Invalid) else {}
        for name, sentence in questions.items():
            if name in self:
                self[name].errors = [*self[name].errors, sentence]
        if not any(name in self for name in questions):
            self.form_errors = [*self.form_errors, problem.sentence_nb]

    def done(self, act: Callable[[], object]) -> bool:
        """Do the act if the form is posted and in order; what it refuses is told in the form."""
        if not self.validate_on_submit():
            return False
        try:
            act()
        except Problem as problem:
            if problem.status >= 500:
                raise
            self.complain(problem)
            return False
        return True

    @property
    def status(self) -> int:
        """Give the page's status: 422 when something must be mended."""
        return 422 if self.errors else 200


def _in_our_time(_form: Ask, field: Field) -> None:
    """Refuse the years that a calendar never meant; what is counted from such a day falls out of the calendar."""
    if isinstance(field.data, date) and not FIRST_DAY <= field.data <= LAST_DAY:
        raise ValidationError("Skriv en dato, for eksempel 24.8.2027.")


class Day(DateField):
    """A date, as browsers send it or as people type it."""

    def __init__(self, label: str, *, needed: bool = True, **options: object) -> None:
        rules = [InputRequired("Skriv en dato, for eksempel 24.8.2027.")] if needed else [Optional()]
        super().__init__(label, [*rules, _in_our_time], format=["%Y-%m-%d", "%d.%m.%Y"], **options)  # type: ignore[arg-type]

    def value(self) -> date:
        """Give the date of a field that is in order."""
        if not isinstance(self.data, date) or isinstance(self.data, datetime):
            raise Invalid(questions={self.name: "Skriv en dato, for eksempel 24.8.2027."})
        return self.data


def text(label: str, *, needed: bool = True, longest: int = 120, **options: object) -> StringField:
    """A line of text."""
    rules = [MISSING if needed else Optional(), Length(max=longest, message="Dette er for langt.")]
    return StringField(label, rules, **options)  # type: ignore[arg-type]


def lines(label: str, *, longest: int = 2000, needed: bool = False) -> TextAreaField:
    """A text of several lines, which mostly need not be there."""
    return TextAreaField(label, [MISSING if needed else Optional(), Length(max=longest, message="Dette er for langt.")])


def whole(label: str, least: int, most: int, told: str, **options: object) -> IntegerField:
    """A whole number; WTForms' own rule measures as a float, which a long row of digits does not fit in."""

    def within_reach(_form: Ask, field: Field) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(told)

    return IntegerField(label, [InputRequired(told), within_reach], **options)  # type: ignore[arg-type]


def address(label: str) -> EmailField:
    """An e-mail address; the verb says whether it is one."""
    return EmailField(label, [MISSING, Length(max=254, message="Dette er for langt.")])


def pick(label: str) -> SelectField:
    """One of a list; the view fills in the choices."""
    return SelectField(label, [CHOOSE], choices=[])


def several(label: str) -> SelectMultipleField:
    """Some of a list, or none; the view fills in the choices."""
    return SelectMultipleField(label, choices=[])


def box(label: str) -> BooleanField:
    """A box to tick."""
    return BooleanField(label)
