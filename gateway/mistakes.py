"""What is wrong with the settings, in sentences. Imports nothing: a command that needs no settings need not wait."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Mistake:
    """
    One thing that is wrong with the settings; none of it holds what was written there, which may be a secret.

    *origin* is the file or the environment variable, *place* the setting with dots, empty for the whole.
    """

    origin: str
    place: str
    why: str
    advice: str

    def __str__(self) -> str:
        sentence = "; ".join(part for part in (self.why, self.advice) if part)
        return f"{': '.join(part for part in (self.origin, self.place, sentence) if part)}."


class SettingsError(Exception):
    """
    The settings are wrong. The text has a line for each mistake: where it is and what to do.

    *mistakes* are the same one by one, where they are known so.
    """

    def __init__(self, *told: str | Mistake) -> None:
        super().__init__("\n".join(map(str, told)))
        self.mistakes = tuple(each for each in told if isinstance(each, Mistake))
