"""What ids are called: units, departments, categories, tiers, stages, playbooks, posts. One place resolves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from domain.policy.rules import Rules
from domain.words.bilingual import Name
from domain.words.case_words import CHANNELS, CLOSED_AS, DECISIONS, EVENTS, REPORTERS, SEVERITIES, STAGES
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
    """Names in one language, by the rules that are given (None before any are loaded). What is not known goes by its
    id, what there is none of by nothing."""

    rules: Rules | None
    language: str

    # ---------------------------------------------------------------- who

    def unit(self, id: str | None) -> str:
        """A unit of any tier, or a department."""
        return self._of(self.rules.parties, id) if self.rules is not None else id or ""

    def party(self, id: str | None) -> str:
        """Who leads or takes part: a unit, a department or a property company; else as written."""
        known = self.rules is not None and id in self.rules.parties
        return self.unit(id) if known else self.company(id)

    def company(self, id: str | None) -> str:
        """A property company."""
        known = self.rules.organisation.companies if self.rules is not None else ()
        return next((one.name.in_(self.language) for one in known if one.id == id), id or "")

    def role(self, role: str) -> str:
        """What one is."""
        return self._of(ROLES, role)

    def post(self, post: Held) -> str:
        """A post: ``牡丹花园 · 经办人``."""
        role = self.role(post.role)
        return f"{self.unit(post.unit)} · {role}" if post.unit else role

    # ---------------------------------------------------------------- where, what

    def category(self, id: str | None) -> str:
        """What an issue is about."""
        known = self.rules.organisation.categories if self.rules is not None else ()
        return next((one.name.in_(self.language) for one in known if one.id == id), id or "")

    def tier(self, id: str | None) -> str:
        """A tier of the ladder."""
        known = self.rules.ladder.tiers if self.rules is not None else ()
        return next((one.name.in_(self.language) for one in known if one.id == id), id or "")

    def meeting(self, tier: str | None) -> str:
        """What a tier's meeting is called, which is its stage too: ``每周碰头``."""
        known = self.rules.ladder.tiers if self.rules is not None else ()
        return next((one.stage.name.in_(self.language) for one in known if one.id == tier), tier or "")

    def stage(self, id: str) -> str:
        """A stage: one that every ladder has, or a tier's own."""
        tier = self.rules.ladder.sitting_tier(id) if self.rules is not None else None
        return self.meeting(tier.id) if tier is not None else self._of(STAGES, id)

    def forum(self, id: str | None) -> str | None:
        """A forum; None for one that there is not."""
        found = self.rules.forums.get(id or "") if self.rules is not None else None
        return found.name.in_(self.language) if found is not None else None

    def playbook(self, id: str | None) -> str:
        """A playbook, by its kind or by kind and version; of a version that is not at hand, by its kind."""
        known = self.rules.playbooks if self.rules is not None else {}
        found = known.get(id or "") or known.get((id or "").partition("@")[0])
        return found.name.in_(self.language) if found is not None else id or ""

    @property
    def playbooks(self) -> list[tuple[str, str]]:
        """Every kind of playbook that there is, with what it is called."""
        return [(kind, self.playbook(kind)) for kind in (self.rules.playbook_kinds if self.rules is not None else ())]

    # ---------------------------------------------------------------- words

    def decision(self, kind: str) -> str:
        """A decision."""
        return self._of(DECISIONS, kind)

    def report(self, kind: str) -> str:
        """What is reported of a task."""
        return self._of(RESPONSE_COMMANDS, kind)

    def reporter(self, kind: str) -> str:
        """Who raises an issue."""
        return self._of(REPORTERS, kind)

    def channel(self, channel: str | None) -> str:
        """How an issue came."""
        return self._of(CHANNELS, channel)

    def severity(self, severity: str | None) -> str:
        """How urgent an issue is."""
        return self._of(SEVERITIES, severity)

    def closing(self, way: str | None) -> str:
        """How a case was closed."""
        return self._of(CLOSED_AS, way)

    def event(self, type: str) -> str:
        """What happened to a case."""
        return self._of(EVENTS, type)

    def response_status(self, status: str) -> str:
        """How a joint response stands."""
        return self._of(RESPONSE_STATUSES, status)

    def clock(self, clock: str) -> str:
        """What a task's clock is until."""
        return self._of(CLOCKS, clock)

    def _of(self, words: Mapping[str, Name], key: str | None) -> str:
        return words[key].in_(self.language) if key is not None and key in words else key or ""
