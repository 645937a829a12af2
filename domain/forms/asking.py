"""What a command asks of whoever gives it, declared beside each field of its model.

    class Hold(Offered):
        \"\"\"Stays for the tier's next sitting.\"\"\"

        offer: ClassVar[Offer] = Offer(both("暂缓", "hold"))
        kind: Literal["hold"]
        reason: Annotated[WorkingText, Asked(both("理由", "Reason"))]

``domain.forms.reading`` makes a form of it; the API's document has the same words and examples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from domain.permission import Actor
from domain.policy.rules import Rules
from domain.words.bilingual import Name

Options = tuple[tuple[str, str], ...]
"""What can be chosen: each a value and its words."""
Choices = tuple[tuple[str, Options], ...]
"""Options in groups; a group without a name stands by itself."""
Widget = Literal["line", "area", "lines", "number", "stars", "date", "moment", "tick", "choice", "radio", "boxes"]
"""How a field is shown. ``lines``: one entry a line; ``moment``: a day and a time of Shanghai; ``choice``, ``radio``:
one of the choices; ``boxes``: several of them."""

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Situation(Generic[S]):
    """What a form is shown for: the rules in force, who fills it in, when (UTC), in which language, about what.

    ``state``: the process's, None where none has begun. ``about``: the part that is meant, as a task of a response.
    ``found``: options that only the database knows, by the field's name.
    """

    rules: Rules
    actor: Actor
    now: datetime
    language: str
    state: S
    about: str = ""
    found: Mapping[str, Options] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Days:
    """Between which days a date lies, in Shanghai, both included; ``value`` is shown at first."""

    first: date
    last: date
    value: date | None = None


@dataclass(frozen=True)
class Asked:
    """What one field asks for: metadata of its annotation.

    ``label`` names it, ``help`` says how it is filled in. ``widget``: where it is not as its type is shown usually.
    ``choices``: what can be chosen; ``suggestions``: what a line is filled with most; ``empty``: what no choice means,
    ``unchosen``: what stands for it while nothing is. ``days``: a date's bounds. ``required``: where the form asks for
    what the model can do without. ``offered``: whether a form has it; False for what the page or the address knows
    itself. ``when``: in which situations. ``example``: for the API's document, as JSON.
    """

    label: Name
    help: Name | None = None
    widget: Widget | None = None
    choices: Callable[[Situation[Any]], Choices] | None = None
    suggestions: Callable[[Situation[Any]], Options] | None = None
    empty: Name | None = None
    unchosen: Name | None = None
    days: Callable[[Situation[Any]], Days] | None = None
    required: bool | Callable[[Situation[Any]], bool] | None = None
    offered: bool = True
    when: Callable[[Situation[Any]], bool] | None = None
    example: object = None

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The field's words and example, for the API's document."""
        told = [self.label.zh, *(f"{one}" for one in ((self.help.en,) if self.help else ()))]
        document = {**handler(schema), "title": self.label.en, "description": ". ".join(told)}
        return document if self.example is None else {**document, "examples": [self.example]}


@dataclass(frozen=True)
class Offer:
    """How a command is offered: ``label`` on its button, ``lead`` above its form.

    ``rank``: whether it leads to the end of the matter, elsewhere, or changes no stage. ``meeting``: how often a
    meeting takes it; None where it is none of a meeting's.
    """

    label: Name
    lead: Name | None = None
    rank: Literal["first", "other", "aside"] = "other"
    meeting: Literal["often", "seldom"] | None = None


class Offered(BaseModel):
    """Base of the commands that people give; what a process tells itself has no form and another base."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    offer: ClassVar[Offer]
