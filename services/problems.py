"""What cannot be done for other reasons than the rules' own: a wrong password, a key used before, a file that is no
picture. The rules refuse with `domain.errors.Refusal`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Problem(Exception):
    """``code`` is stable; each door has words for it (`api.edge.problems`)."""

    def __init__(
        self,
        code: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        said: Mapping[str, str] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.headers = headers
        self.errors = errors
        self.said = said
        self.params = params
