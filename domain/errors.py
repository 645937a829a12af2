"""The one way the domain says no."""

from __future__ import annotations


class Refusal(Exception):
    """A command or a look-up that the rules do not allow; it changes nothing.

    ``code`` is stable and part of the API; the sentence a person reads comes from
    ``domain.words.refusal_words`` by that code, filled with ``params``.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code
