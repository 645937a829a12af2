"""What units, departments, categories and posts are called, for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from domain.errors import Refusal
from domain.policy.rules import Rules
from domain.telling import stage_name
from domain.words.bilingual import Name
from domain.words.case_words import CHANNELS, CLOSED_AS, DECISIONS, EVENTS, REPORTERS, SEVERITIES
from domain.words.response_words import CLOCKS, RESPONSE_COMMANDS, RESPONSE_STATUSES
from domain.words.role_words import ROLES


class Held(Protocol):
    """A post, or an actor in one."""

    @property
    def role(self) -> str: ...
    @property
    def unit(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Names:
    """Names in one language, by today's rules (None before any are loaded). What is not known goes by its id."""

    rules: Rules | None
    language: str

    def unit(self, id: str | None) -> str:
        """A unit of any tier, or a department."""
        if id is None or self.rules is None:
            return id or ""
        try:
            return self.rules.organisation.unit(id).name.in_(self.language)
        except Refusal:
            return self.department(id)

    def department(self, code: str) -> str:
        """A department."""
        known = self.rules.organisation.departments if self.rules is not None else ()
        return next((one.name.in_(self.language) for one in known if one.code == code), code)

    def category(self, id: str) -> str:
        """What an issue is about."""
        known = self.rules.organisation.categories if self.rules is not None else ()
        return next((one.name.in_(self.language) for one in known if one.id == id), id)

    def company(self, id: str) -> str:
        """A property company."""
        known = self.rules.organisation.companies if self.rules is not None else ()
        return next((one.name.in_(self.language) for one in known if one.id == id), id)

    def tier(self, id: str) -> str:
        """A tier of the ladder."""
        known = self.rules.ladder.tiers if self.rules is not None else ()
        return next((one.name.in_(self.language) for one in known if one.id == id), id)

    def stage(self, id: str) -> str:
        """A stage."""
        known = self.rules.ladder.tiers if self.rules is not None else ()
        return stage_name(id, {one.stage.id: one.stage.name.in_(self.language) for one in known}, self.language)

    def role(self, role: str) -> str:
        """What one is."""
        return self._of(ROLES, role)

    def post(self, post: Held) -> str:
        """A post: ``牡丹花园 · 经办人``."""
        role = self._of(ROLES, post.role)
        return f"{self.unit(post.unit)} · {role}" if post.unit else role

    def decision(self, kind: str) -> str:
        """A decision."""
        return self._of(DECISIONS, kind)

    def report(self, kind: str) -> str:
        """What is reported of a task."""
        return self._of(RESPONSE_COMMANDS, kind)

    def channel(self, channel: str | None) -> str:
        """How an issue came."""
        return self._of(CHANNELS, channel or "")

    def severity(self, severity: str | None) -> str:
        """How urgent an issue is."""
        return self._of(SEVERITIES, severity or "")

    def reporter(self, kind: str) -> str:
        """Who raises an issue."""
        return self._of(REPORTERS, kind)

    def closing(self, way: str | None) -> str:
        """How a case was closed."""
        return self._of(CLOSED_AS, way or "")

    def event(self, type: str) -> str:
        """What happened to a case."""
        return self._of(EVENTS, type)

    def response_status(self, status: str) -> str:
        """How a joint response stands."""
        return self._of(RESPONSE_STATUSES, status)

    def clock(self, clock: str) -> str:
        """What a task's clock is until."""
        return self._of(CLOCKS, clock)

    def _of(self, words: dict[str, Name], key: str) -> str:
        return words[key].in_(self.language) if key in words else key
