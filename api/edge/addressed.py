"""Commands as bodies where the address gives a part of them: ``…/tasks/{task}/reports`` needs no ``task`` in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Generic, TypeVar, Union

from pydantic import BaseModel, Field, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema

from domain.forms.asking import Offered

C = TypeVar("C", bound=Offered)


class Addressed(Generic[C]):
    """Some commands, told apart by their ``kind``, without the field ``given``: metadata of a body's annotation.

    REPORTS = Addressed({"sign": Sign, "waive": Waive}, "task")
    async def report(task: str, body: Annotated[BaseModel, REPORTS]): REPORTS.command(body, task)
    """

    def __init__(self, commands: Mapping[str, type[C]], given: str) -> None:
        self._commands = commands
        self._given = given
        bodies = tuple(_without(command, given) for command in commands.values())
        self._body: Any = Annotated[Union[bodies], Field(discriminator="kind")]  # noqa: UP007  made of what is given

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(self._body)

    def command(self, body: BaseModel, given: str) -> C:
        """The command of a body. Raises ValidationError where what the address gives is none of its values."""
        sent = {name: getattr(body, name) for name in body.model_fields_set}
        return self._commands[sent["kind"]].model_validate({**sent, self._given: given})


def _without(command: type[Offered], given: str) -> type[BaseModel]:
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in command.model_fields.items() if name != given
    }
    return create_model(f"{command.__name__}Body", __base__=Offered, __doc__=command.__doc__, **fields)
