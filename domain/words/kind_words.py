"""What a kind of process is called, with its events and stages: what is needed to tell one plainly, beside what its
commands say of themselves (``domain.forms``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.words.bilingual import Name


@dataclass(frozen=True)
class KindWords:
    """``one`` and ``many`` of them; and the words of its events, stages and waits, by id."""

    one: Name
    many: Name
    events: Mapping[str, Name]
    stages: Mapping[str, Name] = field(default_factory=dict)
    waits: Mapping[str, Name] = field(default_factory=dict)

    def event(self, event_type: str, language: str) -> str:
        """An event's type; its id where it has no words."""
        return _said(self.events, event_type, language)

    def stage(self, stage: str, language: str) -> str:
        """A stage; its id where it has no words (a tier's own is named by the ladder)."""
        return _said(self.stages, stage, language)


def _said(words: Mapping[str, Name], key: str, language: str) -> str:
    return words[key].in_(language) if key in words else key
