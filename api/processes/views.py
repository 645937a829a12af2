"""A process of any kind as the interface shows it, in the caller's language: from its declaration alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from api.cases.schemas import ActorView, EventBrief, EventView
from api.processes.schemas import Commanded, ProcessLinks, ProcessView, ProcessWaitView
from domain.permission import Actor
from domain.policy.rules import Rules
from runtime.settings import Settings
from store.log import StoredEvent
from store.registry import Registered

_INWARD = {"commands"}
"""Of a state: the ids of its last commands."""


@dataclass(frozen=True, slots=True)
class PlainTeller:
    """Says what there is to say of processes of one kind."""

    entry: Registered
    settings: Settings
    language: str

    def waits(self, state: Any) -> list[ProcessWaitView]:
        """What it waits for; what comes first, first."""
        kind = self.entry.process
        waiting = sorted(kind.waits(state), key=lambda wait: wait.until)
        return [
            ProcessWaitView(kind=wait.kind, reason=kind.reason(state, wait, self.language), until=wait.until)
            for wait in waiting
        ]

    def process(self, state: Any, rules: Rules, actor: Actor) -> dict[str, Any]:
        """The fields of its view."""
        kind = self.entry.process
        waits = self.waits(state)
        return {
            "id": kind.number(state),
            "kind": kind.id,
            "version": state.version,
            "stage": kind.stage(state),
            "stage_name": kind.words.stage(kind.stage(state), self.language),
            "closed": state.closed,
            "state": state.model_copy(update=dict.fromkeys(_INWARD, ())),
            "wait": waits[0] if waits else None,
            "waits": waits,
            "you_may": list(kind.allowed(rules, actor, state)),
            "links": self.links(kind.number(state)),
        }

    def view(self, model: type[ProcessView], state: Any, rules: Rules, actor: Actor) -> ProcessView:
        """A process, in the model of its kind."""
        return model(**self.process(state, rules, actor))

    def commanded(self, state: Any, rows: Iterable[StoredEvent]) -> Commanded:
        """What came of a command."""
        kind, waits = self.entry.process, self.waits(state)
        return Commanded(
            id=kind.number(state),
            version=state.version,
            stage=kind.stage(state),
            stage_name=kind.words.stage(kind.stage(state), self.language),
            closed=state.closed,
            events=[
                EventBrief(version=row.version, type=row.type, label=self._label(row), at=row.occurred_at)
                for row in rows
            ],
            wait=waits[0] if waits else None,
            waits=waits,
        )

    def event(self, row: StoredEvent) -> EventView:
        """One event of its stream."""
        event = self.entry.streams.event(row)
        return EventView(
            version=row.version,
            type=row.type,
            label=self._label(row),
            at=row.occurred_at,
            actor=ActorView(**event.actor.model_dump()),
            reason=event.reason,
            data=event.fact.detail(),
            hash=row.hash,
        )

    def _label(self, row: StoredEvent) -> str:
        return self.entry.process.words.event(row.type, self.language)

    def links(self, number: str) -> ProcessLinks:
        """Where else it is found."""
        kind = self.entry.process
        itself = f"/api/v1/{kind.path}/{number}"
        ui = f"{self.settings.temporal_ui_url}/namespaces/{self.settings.temporal_namespace}"
        return ProcessLinks(
            itself=itself,
            events=f"{itself}/events",
            commands=f"{itself}/{kind.sent_to}",
            temporal=f"{ui}/workflows/{number}",
            console=f"{self.settings.public_url}/{kind.path}/{number}",
        )
