"""The filter of the case list and the board, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from api.edge.field_errors import field_errors
from domain.acting import turn_of
from domain.errors import Refusal
from domain.permission import Actor
from domain.policy.calendar import SHANGHAI, shanghai
from domain.policy.rules import Rules
from domain.text.characters import is_seen
from services.problems import Problem
from services.scope import scope_of
from store.cases import CaseQuery, Sort
from store.database import is_text

_Choice = Annotated[str, StringConstraints(max_length=80)]


def _of_our_time(day: date) -> date:
    """A day whose beginning, and the next day's, is an instant everywhere: the database's too."""
    try:
        shanghai(datetime.combine(day, time(), SHANGHAI))
    except Refusal:
        raise PydanticCustomError("date_out_of_range", "out of range", {"date": day.isoformat()}) from None
    return day


_Day = Annotated[date, AfterValidator(_of_our_time)]
_Flag = Annotated[bool, BeforeValidator(lambda value: value == "1")]
Status = Literal["open", "closed", "all"]


class Filter(BaseModel):
    """Which cases are shown, in which order. Field by field what the address has; what is left out narrows nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    q: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""
    status: Status = "open"
    tier: _Choice = ""
    stage: _Choice = ""
    estate: _Choice = ""
    community: _Choice = ""
    category: _Choice = ""
    company: _Choice = ""
    lead: _Choice = ""
    closed_as: _Choice = ""
    answer: Literal["", "due", "overdue", "none"] = ""
    opened_from: _Day | None = None
    opened_to: _Day | None = None
    overdue: _Flag = False
    supervised: _Flag = False
    emergency: _Flag = False
    mine: _Flag = False
    sort: Sort = "due"
    cursor: Annotated[str, StringConstraints(max_length=400)] = ""

    @classmethod
    def read(cls, sent: Mapping[str, str], language: str) -> Self:
        """The filter of an address. Raises Problem ``invalid``."""
        given = {name: value for name, value in sent.items() if is_seen(value) and is_text(value)}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise Problem("invalid", errors=field_errors(error.errors(), language)) from None

    @property
    def given(self) -> dict[str, str]:
        """What the address has, without the place in the list."""
        told = self.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"})
        return {name: "1" if value is True else str(value) for name, value in told.items()}

    @property
    def narrows(self) -> int:
        """How many filters there are, the search and the order aside."""
        return len(self.given.keys() - {"q", "sort"})

    def address(self, path: str = "/cases", **change: object) -> str:
        """The address of this filter, changed: ``tier="community"``, ``tier=""`` leaves it out."""
        told = {**self.given, **{name: "1" if value is True else str(value) for name, value in change.items()}}
        query = urlencode({name: value for name, value in told.items() if value not in ("", "False")})
        return f"{path}?{query}" if query else path

    @property
    def is_open(self) -> bool | None:
        """Whether open cases are asked for; None for all."""
        if self.closed_as or self.status == "closed":
            return False
        return None if self.status == "all" else True

    @property
    def order(self) -> Sort:
        """The order; closed cases have only the one."""
        return self.sort if self.is_open else "newest"

    def query(self, rules: Rules, actor: Actor, *, limit: int = 50) -> CaseQuery:
        """The cases that fit and that ``actor`` sees."""
        scope = scope_of(actor)
        chosen = {name: getattr(self, name) or None for name in _SAME}
        return CaseQuery(
            **chosen,
            units=scope.units or None,
            departments=scope.departments or None,
            open=self.is_open,
            estates=_served_by(rules, self.company) if self.company else None,
            opened_from=_begin(self.opened_from),
            opened_to=_begin(self.opened_to, days=1),
            turn=turn_of(rules, actor) if self.mine else None,
            sort=self.order,
            limit=limit,
        )


_SAME: tuple[str, ...] = (
    "q",
    "tier",
    "stage",
    "estate",
    "community",
    "category",
    "lead",
    "closed_as",
    "answer",
    "overdue",
    "supervised",
    "emergency",
    "cursor",
)
"""What the query calls the same."""


def _served_by(rules: Rules, company: str) -> tuple[str, ...]:
    return tuple(estate.id for estate in rules.organisation.estates if estate.company == company)


def _begin(day: date | None, days: int = 0) -> datetime | None:
    """The instant at which a Shanghai day begins, or one some days later."""
    return datetime.combine(day + timedelta(days=days), time(), SHANGHAI) if day is not None else None


_MOST_FIELDS = 50


def kept_query(query: str) -> str:
    """What of an address's query a view keeps: the filters that there are, in order. Raises Problem ``invalid``."""
    try:
        sent = parse_qsl(query, max_num_fields=_MOST_FIELDS)
    except ValueError:  # more fields than any address of ours has
        raise Problem("invalid") from None
    known = {name: value for name, value in sent if name in Filter.model_fields and name != "cursor"}
    return urlencode(Filter.read(known, "zh-CN").given)
