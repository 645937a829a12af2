"""A measured figure beside its baseline, the aim it is held to, and how figures are shown and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound on the ratio ours ÷ baseline, or on our figure itself."""

    of: Literal["ratio", "ours"]
    least: float | None = None
    most: float | None = None
    unit: str = ""

    def met(self, ours: float, ratio: float | None) -> bool | None:
        """Whether it is; None where there is no such figure."""
        value = ratio if self.of == "ratio" else ours
        if value is None:
            return None
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        bound = f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"
        return f"{bound} ×" if self.of == "ratio" else f"{bound} {self.unit}".rstrip()


def ratio_at_least(bound: float) -> Aim:
    """Our figure is at least ``bound`` times the baseline's."""
    return Aim("ratio", least=bound)


def ratio_at_most(bound: float) -> Aim:
    """Our figure is at most ``bound`` times the baseline's."""
    return Aim("ratio", most=bound)


def at_most(bound: float, unit: str = "") -> Aim:
    """Our figure is at most ``bound``, whatever the baseline's."""
    return Aim("ours", most=bound, unit=unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: what, ours, the baseline's figure of the same run in the same unit, and the aim."""

    part: str
    what: str
    unit: str
    ours: float
    baseline: float | None = None
    against: str = ""
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """Ours ÷ baseline."""
        return self.ours / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        return self.aim.met(self.ours, self.ratio) if self.aim else None

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        aim = str(self.aim) if self.aim else None
        return {**asdict(self), "aim": aim, "ratio": self.ratio, "met": self.met}


def number(value: float | None) -> str:
    """Three significant digits, thousands apart."""
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


HEADINGS = ("measure", "unit", "ours", "baseline", "against", "ratio", "aim", "met")
_RIGHT = ("ours", "baseline", "ratio")


def cells(row: Row) -> tuple[str, ...]:
    """A row's texts, in the order of ``HEADINGS``."""
    met = "" if row.met is None else ("yes" if row.met else "no")
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
    aim = str(row.aim) if row.aim else ""
    return row.what, row.unit, number(row.ours), number(row.baseline), row.against, ratio, aim, met


def table(title: str, rows: Iterable[Row]) -> Table:
    """For a terminal."""
    shown = Table(title=title, title_justify="left", title_style="bold")
    for heading in HEADINGS:
        shown.add_column(heading, justify="right" if heading in _RIGHT else "left", no_wrap=heading in _RIGHT)
    for row in rows:
        colour = {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[row.met]
        shown.add_row(*cells(row)[:-1], colour)
    return shown


def markdown(rows: Sequence[Row]) -> str:
    """For a document."""
    rule = ["---:" if heading in _RIGHT else "---" for heading in HEADINGS]
    lines = [HEADINGS, rule, *(cells(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of ``values`` do not exceed; of none, 0."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def median(values: Sequence[float]) -> float:
    """The middle of ``values``."""
    return percentile(values, 0.5)
