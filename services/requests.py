"""What is asked for when a case is opened or its resident speaks, through whichever door: a page's form, or JSON."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from domain.policy.ladder import ReporterKind
from domain.text.numbers import telephone
from domain.text.writing import Line, OnALine, Short, Words

Id = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Channel = Literal["wechat", "counter", "phone", "officer"]
Severity = Literal["low", "normal", "high", "urgent"]


def _as_a_telephone(given: str) -> str:
    return telephone(given) or given


def _telephone(given: str) -> str:
    number = telephone(given)
    if number is None:
        raise PydanticCustomError("string_pattern_mismatch", "a telephone number")
    return number


_Called = Annotated[str, StringConstraints(max_length=40), OnALine]
Phone = Annotated[_Called, AfterValidator(_as_a_telephone)]
"""How somebody is reached; a telephone number as it is kept."""
Telephone = Annotated[_Called, AfterValidator(_telephone)]
"""A telephone number, as it is kept."""


class RequestBody(BaseModel):
    """Base of what is sent: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Location(RequestBody):
    """Where it is; sealed."""

    address: Short | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None


class Reporter(RequestBody):
    """Who says so; sealed. Anonymous: the officers are shown neither name nor phone. ``kind``: a resident, or a body
    that is told in writing whether it is accepted; this is in clear."""

    name: Short | None = None
    phone: Phone | None = None
    anonymous: bool = False
    kind: ReporterKind = "person"


class NewCase(RequestBody):
    """A resident's issue. The title is read by everybody who handles the case and holds no personal data;
    description, location and reporter are sealed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "estate": "mudan-garden",
                    "category": "lift",
                    "title": "3号楼电梯反复停在两层之间",
                    "description": "本周第三次了，老人不敢乘坐。",
                    "channel": "wechat",
                    "location": {"address": "3号楼2单元"},
                    "reporter": {"name": "王女士", "phone": "0530-5550123", "anonymous": False},
                }
            ]
        }
    )

    estate: Id
    category: Id
    title: Line
    description: Words
    channel: Channel
    severity: Severity = "normal"
    location: Location | None = None
    reporter: Reporter | None = None
    joint_names: Annotated[int, Field(ge=1, le=100_000, strict=True)] | None = None
    """How many owners raise it jointly; from so many on they are told in writing whether it is accepted."""
    emergency: Id | None = None
    """A playbook's kind: the case starts in the joint response."""
    consent: Short | None = None
    """The version of the consent text that the resident agreed to; sealed, with the time."""


class NewIssue(RequestBody):
    """What a resident raises, without sign-in. Everything but the title is sealed; the title is read at meetings.

    Who is not anonymous leaves a telephone number, so that the estate can make contact.
    """

    estate: Id
    category: Id
    description: Words
    title: Line | None = None
    location: Location | None = None
    anonymous: bool = False
    name: Short | None = None
    phone: Annotated[Telephone | None, Field(validate_default=True)] = None
    consent: Short

    @field_validator("phone")
    @classmethod
    def _can_be_reached(cls, phone: str | None, sent: ValidationInfo) -> str | None:
        if phone is None and not sent.data.get("anonymous"):
            raise PydanticCustomError("phone_or_anonymous", "leave a telephone number, or stay anonymous")
        return phone


Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class Word(RequestBody):
    """The resident's own decision. ``confirm`` takes stars (1 to 5), ``dispute`` a reason; reasons are sealed."""

    code: Code
    kind: Literal["confirm", "dispute", "withdraw"]
    stars: Annotated[int, Field(ge=1, le=5, strict=True)] | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _stars_belong_to_confirm(self) -> Self:
        if (self.kind == "confirm") != (self.stars is not None):
            raise PydanticCustomError("stars", "stars come with confirm, and only with it")
        return self
