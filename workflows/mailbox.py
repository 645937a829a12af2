"""Commands as they come: read and checked; as updates, answered once they are in the log.

Nothing that is sent from outside may hurt a process. What cannot be read, and what does not belong to the update that
brings it, is refused by the validator and leaves no history.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from domain.permission import Actor
    from workflows.ledger import refused

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it: PostgreSQL keeps no text that contains it."""

_NAMED, _LONG = 5, 100
"""So many fields are named, each in so many characters."""


class Order(Protocol):
    """A command in its envelope."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def if_version(self) -> int | None: ...


C = TypeVar("C", bound=Order)


class Mailbox(Generic[C]):
    """The updates of a process. ``updates``: the name of the one that carries each kind of command, by kind.

    ``validate`` refuses a command without leaving history; ``take`` answers it with the version that the log has
    reached. ``taken`` counts the updates of this run.
    """

    def __init__(
        self,
        command_type: type[Any],
        updates: Mapping[str, str],
        validate: Callable[[C], None],
        take: Callable[[C], Awaitable[int]],
    ) -> None:
        self._command_type = command_type
        self._updates = updates
        self._validate = validate
        self._take = take
        self.taken = 0
        # One handler for all of them: registering each by its name costs every process some 30 KB and 1 ms.
        workflow.set_dynamic_update_handler(self._handle, validator=self._check)

    async def _handle(self, name: str, args: Sequence[RawValue]) -> int:
        self.taken += 1
        return await self._take(self.read(name, args))

    def _check(self, name: str, args: Sequence[RawValue]) -> None:
        self._validate(self.read(name, args))

    def knows(self, name: str) -> bool:
        """Whether an update, or a signal, of this name carries a command."""
        return name in self._updates.values()

    def read(self, name: str, args: Sequence[RawValue]) -> C:
        """What an update or a signal brings. Raises ApplicationError for what it cannot bring.

        The commands of the process itself, such as that a wait is over, go by neither.
        """
        if not self.knows(name):
            raise refused("unknown_update", {"update": name})
        command = self._read(args)
        if self._updates.get(command.kind) != name:
            raise refused("not_by_this_update", {"update": name, "kind": command.kind})
        return command

    def _read(self, args: Sequence[RawValue]) -> C:
        if len(args) != 1 or _NUL.search(args[0].payload.data):
            raise refused("unreadable_command", {"fields": []})
        try:
            command: Any = workflow.payload_converter().from_payload(args[0].payload, self._command_type)
        except ValidationError as error:
            faults = error.errors(include_input=False, include_url=False)[:_NAMED]
            fields = [".".join(map(str, one["loc"]))[:_LONG] for one in faults]
            raise refused("unreadable_command", {"fields": fields}) from None
        except Exception:
            raise refused("unreadable_command", {"fields": []}) from None
        if not isinstance(command, self._command_type):  # null and bytes are read as what they are
            raise refused("unreadable_command", {"fields": []})
        read: C = command
        return read
