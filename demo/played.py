"""What a play of the demo leaves: its cases, its sittings with their proof, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from demo.client import Json
from demo.proof import Proof


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong with a case or a sitting, at which step (from 1; 0: none of a script's)."""

    case: str
    number: str | None
    step: int
    what: str
    why: str


@dataclass(slots=True)
class Played:
    """A case as it stands at the end. ``view``: what the API says of it."""

    key: str
    number: str
    view: Json
    refusals: int
    stars: int | None = None


@dataclass(slots=True)
class DemoReport:
    """The whole play. ``seconds``: real ones. ``now``: what time it is in the town at its end. ``papers``: the folder
    with agendas and minutes to read.

    ``shifted``: the sittings that a holiday has moved off their weekday.
    """

    played: list[Played] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0
    now: datetime | None = None
    organisation: Json = field(default_factory=dict)
    sittings: list[str] = field(default_factory=list)
    shifted: list[str] = field(default_factory=list)
    proof: Proof | None = None
    papers: Path | None = None

    @property
    def went_well(self) -> bool:
        """Whether every step went as its script says, and every sitting as the rules say."""
        return not self.problems and (self.proof is None or not self.proof.faults)
