"""The time that the overview is about, as it stands in the address; and the time before, that it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self, get_args

Named = Literal["month", "last_month", "quarter", "year"]
Kind = Literal[Named, "chosen"]
NAMED: tuple[Named, ...] = get_args(Named)

LONGEST = timedelta(days=5 * 366)
"""So long a time may be."""

_DAY = timedelta(days=1)
_MONTHLY_FROM = timedelta(days=400)


class BadPeriod(ValueError):
    """An address has no period that there is. ``field``: which of its fields; ``why``: its word's key."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field
        self.why = why


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` to ``until``, Shanghai dates, both included; ``before``: the same, of the time before."""

    kind: Kind
    since: date
    until: date
    before: tuple[date, date]

    @classmethod
    def read(cls, sent: Mapping[str, str], today: date) -> Self:
        """The period of an address: ``from`` and ``to``, else ``period``, else this month.

        One that is not over goes until today, and is compared with as many days of the one before it.
        Raises BadPeriod.
        """
        if sent.get("from") or sent.get("to"):
            return cls._chosen(sent.get("from", ""), sent.get("to", ""), today)
        asked = sent.get("period") or "month"
        if asked not in NAMED:
            raise BadPeriod("period", "overview.bad.unknown")
        return cls._named(asked, today)

    @classmethod
    def _named(cls, kind: Named, today: date) -> Self:
        begins = {"quarter": (today.month - 1) // 3 * 3 + 1, "year": 1}.get(kind, today.month)
        since = date(today.year, begins, 1)
        length = {"quarter": 3, "year": 12}.get(kind, 1)
        previous = _months(since, -length)
        if kind == "last_month":
            return cls(kind, previous, since - _DAY, (_months(since, -2), previous - _DAY))
        return cls(kind, since, today, (previous, min(previous + (today - since), since - _DAY)))

    @classmethod
    def _chosen(cls, first: str, last: str, today: date) -> Self:
        until = _date("to", last) if last else today
        since = _date("from", first) if first else until
        if since > until:
            raise BadPeriod("to", "overview.bad.backwards")
        if until - since >= LONGEST:
            raise BadPeriod("from", "overview.bad.too_long")
        return cls("chosen", since, until, _right_before(since, until))

    @property
    def query(self) -> dict[str, str]:
        """What an address has of it."""
        if self.kind == "chosen":
            return {"from": self.since.isoformat(), "to": self.until.isoformat()}
        return {} if self.kind == "month" else {"period": self.kind}

    @property
    def monthly(self) -> bool:
        """Whether its steps are months; else they are weeks."""
        return self.until - self.since >= _MONTHLY_FROM

    @property
    def steps(self) -> list[date]:
        """The days on which its weeks (from Monday) or months begin; the first is ``since``."""
        begins = [self.since]
        while begins[-1] <= self.until:
            day = begins[-1]
            begins.append(_months(day.replace(day=1), 1) if self.monthly else day + (7 - day.weekday()) * _DAY)
        return begins[:-1]


def _right_before(since: date, until: date) -> tuple[date, date]:
    return since - (until - since) - _DAY, since - _DAY


def _date(field: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadPeriod(field, "overview.bad.no_date") from None
    if not 2000 <= day.year <= 2900:
        raise BadPeriod(field, "overview.bad.no_date")
    return day


def _months(first: date, by: int) -> date:
    """The first of a month, so many months later."""
    month = first.year * 12 + first.month - 1 + by
    return date(month // 12, month % 12 + 1, 1)
