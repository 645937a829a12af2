"""The console's own words. Each area has a module here with a dictionary ``WORDS``; all of them are one vocabulary.

What the whole product says (stages, decisions, events, …) is in ``domain.words`` and not said anew here.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from domain.words.bilingual import Name, text


def _vocabulary() -> dict[str, Name]:
    words: dict[str, Name] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        own: dict[str, Name] = import_module(f"{__name__}.{module}").WORDS
        twice = words.keys() & own.keys()
        if twice:
            raise ValueError(f"words/{module}.py says again: {sorted(twice)}")
        words |= own
    return words


WORDS = _vocabulary()
"""Every word by its key, ``area.what``."""


def say(key: str, language: str, /, **params: object) -> str:
    """A word or sentence in ``language``, its gaps filled. Raises KeyError for a key that there is not."""
    return text(WORDS[key], language, **params)
