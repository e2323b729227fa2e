"""The operator's numbering plan: one stored form of a number (E.164 digits), and each system's own way to write it."""

import dataclasses
import enum
import re

_WRITTEN = re.compile(r"\+?[0-9]{3,20}", re.ASCII)


class NumberForm(enum.StrEnum):
    """How a system writes a subscriber's number. Values are what configuration says."""

    INTERNATIONAL = "international"  # 99960000042
    PLUS = "plus"  # +99960000042
    NATIONAL = "national"  # 060000042
    NATIONAL_SIGNIFICANT = "national-significant"  # 60000042


class NotInPlanError(ValueError):
    """A number is not of the operator's numbering plan, or can be read in two ways. Never quotes the number."""


@dataclasses.dataclass(frozen=True, slots=True)
class NumberingPlan:
    """Country code, national (trunk) prefix, international prefix and lengths of national significant numbers."""

    country_code: str
    national_prefix: str = "0"
    international_prefix: str = "00"
    lengths: frozenset[int] = frozenset({8})

    def normalise(self, text: str) -> str:
        """
        The E.164 digits, without plus, of a number as a person would type it.

        Accepts `+CC…`, `00CC…`, `CC…`, the national form and the bare national significant number; raises
        NotInPlanError when none fits or two fit differently.
        """
        if text.startswith("+"):
            return self._international(text[1:])
        readings = self.readings(text)
        if len(readings) != 1:
            how = "can be read in two ways; write it with + and the country code" if readings else "is not one of ours"
            raise NotInPlanError(f"The number {how}.")
        (number,) = readings
        return number

    def readings(self, text: str) -> frozenset[str]:
        """
        Every number that *text* may mean, as `normalise` gives it; none where it is not of this plan.

        With a plus it is one at most. Without, lengths that overlap with the country code make several.
        """
        country = self.country_code
        national = (self.international_prefix + country, country, self.national_prefix, "")
        return frozenset(
            country + text[len(beginning) :]
            for beginning in (("+" + country,) if text.startswith("+") else national)
            if text.startswith(beginning) and self._fits(text[len(beginning) :])
        )

    def write(self, msisdn: str, form: NumberForm) -> str:
        """The number (E.164 digits of this plan, else NotInPlanError) as a system with that form wants it."""
        # Checked, because cutting a country code off a foreign number would ask about somebody else.
        significant = self._international(msisdn)[len(self.country_code) :]
        match form:
            case NumberForm.INTERNATIONAL:
                return msisdn
            case NumberForm.PLUS:
                return "+" + msisdn
            case NumberForm.NATIONAL:
                return self.national_prefix + significant
            case NumberForm.NATIONAL_SIGNIFICANT:
                return significant

    def read(self, text: str, form: NumberForm) -> str:
        """The E.164 digits of a number that a system wrote in *form*; NotInPlanError when it is not of that form."""
        if not _WRITTEN.fullmatch(text):
            raise NotInPlanError("The system's number is not digits.")
        match form:
            case NumberForm.INTERNATIONAL | NumberForm.PLUS:
                return self._international(text.removeprefix("+"))
            case NumberForm.NATIONAL:
                if not text.startswith(self.national_prefix):
                    raise NotInPlanError("The system's number lacks the national prefix.")
                return self._national(text[len(self.national_prefix) :])
            case NumberForm.NATIONAL_SIGNIFICANT:
                return self._national(text)

    def _fits(self, significant: str) -> bool:
        return len(significant) in self.lengths and _is_digits(significant)

    def _international(self, digits: str) -> str:
        if not digits.startswith(self.country_code):
            raise NotInPlanError("The number belongs to another country.")
        return self._national(digits[len(self.country_code) :])

    def _national(self, significant: str) -> str:
        if not _is_digits(significant):
            raise NotInPlanError("The number holds more than digits.")
        if len(significant) not in self.lengths:
            raise NotInPlanError("The number has a length that this operator does not use.")
        return self.country_code + significant


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()  # Of the other digits that there are, none is ASCII.
