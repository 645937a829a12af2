"""The town in which tests live: it starts at a named instant ahead of now, with calendars of its own.

``make test NOW=2032-02-28T09:30:00+08:00`` starts it elsewhere. No test looks at the real date.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from domain.policy.calendar import SHANGHAI
from runtime.clock import Clock

POLICIES = Path(__file__).parents[2] / "policies" / "nancheng"

NOW = datetime.fromisoformat(os.environ.get("HONGXIU_TEST_NOW") or "2031-03-11T09:30:00+08:00").astimezone(SHANGHAI)
"""A Tuesday morning on which no meeting is near, unless told."""

assert datetime.now(UTC) + timedelta(hours=1) < NOW, f"{NOW} is not ahead: name another instant (make test NOW=…)"

YEARS = (NOW.year - 1, NOW.year, NOW.year + 1)
"""Those whose calendars are published."""

QUIET = frozenset({"laocheng", "mudan-garden", "gulou-yuan", "guangfu", "guangfu-huating"})
"""The units of a town that is soon brought on: two communities, three estates."""

_DAY = timedelta(days=1)


class Starting(Clock):
    """A town's clock that starts at ``NOW`` when it is made."""

    def __init__(self) -> None:
        self._ahead = NOW - datetime.now(UTC)

    @property
    def ahead(self) -> timedelta:
        """See ``Clock``."""
        return self._ahead


def in_days(days: int) -> str:
    """The Shanghai date so many days after ``NOW``."""
    return (NOW + timedelta(days=days)).date().isoformat()


def write_policies(folder: Path, *, quiet: bool = False) -> Path:
    """Nancheng's policies with the calendars of the tests' years; ``quiet``, with few units. The folder itself."""
    folder.mkdir()
    for name in ("ladder.yaml", "organisation.yaml", "notices.yaml"):
        if (POLICIES / name).exists():
            shutil.copy(POLICIES / name, folder / name)
    shutil.copytree(POLICIES / "playbooks", folder / "playbooks")
    for year in YEARS:
        (folder / f"calendar-{year}.yaml").write_text(calendar(year), "utf-8")
    if quiet:
        organisation = yaml.safe_load((POLICIES / "organisation.yaml").read_text("utf-8"))
        _prune(organisation["root"])
        (folder / "organisation.yaml").write_text(yaml.safe_dump(organisation, allow_unicode=True), "utf-8")
    return folder


def _prune(unit: dict[str, Any]) -> None:
    if "units" in unit:
        unit["units"] = [one for one in unit["units"] if one["id"] in QUIET]
        for one in unit["units"]:
            _prune(one)


def calendar(year: int) -> str:
    """A year's calendar as it is published: long holidays, and weekends worked for them."""
    entry = "  - {{date: {0}, kind: {1}, name: {{zh: 假, en: holiday}}, notice: 测试用}}"
    lines = [entry.format(day, kind) for day, kind in _days(year)]
    return "\n".join([f"version: tests\nyear: {year}\ndays:", *lines, ""])


def _days(year: int) -> list[tuple[date, str]]:
    holidays = [((1, 1), 3), ((2, 10), 8), ((4, 4), 3), ((5, 1), 5), ((10, 1), 7)]
    off = [date(year, *first) + n * _DAY for first, days in holidays for n in range(days)]
    worked = [day for first, days in holidays if days > 3 for day in _worked_for(date(year, *first), days)]
    return sorted([*((day, "off") for day in off), *((day, "workday") for day in worked)])


def _worked_for(first: date, days: int) -> Iterator[date]:
    """The Sunday before a holiday and the Saturday after it."""
    yield first - (first.isoweekday() % 7 or 7) * _DAY
    last = first + (days - 1) * _DAY
    yield last + (((5 - last.weekday()) % 7) or 7) * _DAY
