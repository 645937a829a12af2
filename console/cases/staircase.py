"""The ladder as a picture: its rungs from the lowest to the highest, and a case's way over them from left to right.

Only geometry; the page draws it as SVG. A stay is the wider the longer it was (by the square root, so that two hours
can be seen beside two months).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from console.cases.story import Stay

WIDTH, ROW, LEFT = 800, 44, 92
"""In the picture's own units: how wide it is, how high a rung, how wide the rungs' names."""
_LEAST, _GAP, _TOP = 46.0, 4.0, 6.0
_SHOWN = 12
_WIDE, _NARROW, _MARGIN = 12.0, 6.6, 6.0
"""How wide a Chinese letter is, how wide another, and what stays free at the ends of a line."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stay as it is drawn: ``label`` and ``span`` fit into it. ``rise``: from the stay before, as two heights."""

    stay: Stay
    x: float
    y: float
    width: float
    label: str
    span: str
    rise: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Staircase:
    """The picture. ``rungs``: tiers from the highest down, each with the height of its middle. ``earlier``: how many
    stays are left out at the beginning."""

    height: float
    rungs: tuple[tuple[str, float], ...]
    steps: tuple[Step, ...]
    earlier: int


def staircase(
    stays: Sequence[Stay],
    tiers: Sequence[str],
    now: datetime,
    named: Callable[[Stay], str],
    length: Callable[[Stay], str],
) -> Staircase:
    """A case's way. ``tiers`` from the lowest up; a tier that is not among them is drawn at the lowest. ``named`` and
    ``length`` tell a stay."""
    shown = stays[-_SHOWN:]
    levels = {tier: _TOP + ROW * (len(tiers) - 1 - rung) + ROW / 2 for rung, tier in enumerate(tiers)}
    steps: list[Step] = []
    x = float(LEFT)
    for stay, width in zip(shown, _widths(shown, now), strict=True):
        y = levels.get(stay.tier, levels[tiers[0]])
        before = steps[-1].y if steps else y
        rise = None if before == y else (min(before, y), max(before, y))
        label, span = fitting(named(stay), width), fitting(length(stay), width)
        steps.append(Step(stay, round(x, 1), y, round(width, 1), label, span, rise))
        x += width + _GAP
    rungs = tuple((tier, levels[tier]) for tier in reversed(tiers))
    return Staircase(2 * _TOP + ROW * len(tiers), rungs, tuple(steps), len(stays) - len(shown))


def _widths(stays: Sequence[Stay], now: datetime) -> list[float]:
    lengths = [sqrt(max(0.0, ((stay.end or now) - stay.begin).total_seconds())) for stay in stays]
    free = WIDTH - LEFT - len(stays) * (_LEAST + _GAP)
    total = sum(lengths) or 1.0
    return [_LEAST + max(0.0, free) * length / total for length in lengths]


def fitting(text: str, width: float) -> str:
    """As much of ``text`` as fits into ``width``; an ellipsis stands for the rest."""
    left = width - _MARGIN
    for place, letter in enumerate(text):
        left -= _WIDE if ord(letter) > 0x2E7F else _NARROW
        if left < 0:
            return text[: max(1, place - 1)] + "…"
    return text
