"""How much each part does: enough for a steady figure, the whole of it, or just enough to see that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """``seconds``: of one round. ``callers`` decide together; ``opening``: cases on their way at once.

    Many short rounds, by turns: what else the machine does then falls on ours and on the baseline alike.
    """

    rounds: int = 5
    seconds: float = 2.0
    cases: int = 300
    opening: int = 50
    callers: tuple[int, ...] = (1, 8, 50)
    writers: int = 16
    listed: int = 100_000
    questions: int = 200
    surveyed: int = 100_000
    surveys: int = 9
    held: int = 2_000
    settles: float = 3.0
    tabled: int = 10_000
    moved: int = 1_000
    responses: int = 200
    users: int = 20
    looks: int = 60
    news: int = 40


DEFAULT = Sizes()
FULL = Sizes(rounds=9, seconds=4.0, cases=600, questions=500, held=10_000, settles=10.0)
SMALLEST = Sizes(
    rounds=1,
    seconds=0.2,
    cases=6,
    opening=3,
    callers=(1, 2),
    writers=4,
    listed=600,
    questions=5,
    surveyed=300,
    surveys=2,
    held=10,
    settles=0.0,
    tabled=40,
    moved=4,
    responses=3,
    users=3,
    looks=3,
    news=2,
)
