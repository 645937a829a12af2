"""The rules as the policy tables have them, parsed once and kept at hand by API and worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.policy.calendar import CalendarYear, WorkingCalendar
from domain.policy.ladder import Ladder
from domain.policy.organisation import Organisation
from domain.policy.playbook import Playbook
from domain.policy.policy_file import parse_policy
from domain.policy.rules import Rules
from store.policies import Policies, PolicyVersion
from store.sittings import SittingRow, Sittings

if TYPE_CHECKING:
    from store.database import Pool


class NoRules(Exception):
    """No ladder, organisation or calendar has been loaded; says what to do."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"no {kind} is loaded; run: hongxiu policy load policies/nancheng")


class Rulebook:
    """Rules by ladder version. ``refresh`` looks for newer policies; a version once parsed is never read again."""

    def __init__(self, pool: Pool) -> None:
        self._policies = Policies(pool)
        self._sittings = Sittings(pool)
        self._moves = ""
        self._ladders: dict[str, Ladder] = {}
        self._playbooks: dict[str, Playbook] = {}
        self._rules: dict[str, Rules] = {}
        self._seen: tuple[str, ...] = ()
        self._current: Rules | None = None

    @property
    def at_hand(self) -> Mapping[str, Rules]:
        """The rules under every ladder version read so far, with today's organisation and calendar."""
        return {ref: self._under(ladder) for ref, ladder in self._ladders.items()} if self._current else {}

    @property
    def current(self) -> Rules:
        """The rules a case opened now comes under. Raises NoRules before the first ``refresh`` has found them."""
        if self._current is None:
            raise NoRules("policy")
        return self._current

    @property
    def ladder(self) -> Ladder | None:
        """The ladder in force, if one has been read."""
        return self._current.ladder if self._current else None

    async def refresh(self) -> bool:
        """Reads what is new; True if anything was. Raises NoRules, StoreUnavailable."""
        current = await self._policies.in_force()
        ladder, organisation = _required(current, "ladder")[0], _required(current, "organisation")[0]
        years = _required(current, "calendar")
        playbooks = [policy for policy in current if policy.kind == "playbook"]
        seen = tuple(policy.sha256 for policy in current)
        if seen == self._seen:
            return await self.refresh_sittings()
        in_force = self._parse_ladder(ladder)
        moves, moved = await self._sittings.moves(), await self._sittings.moved()
        self._current = Rules(
            in_force,
            parse_policy(Organisation, organisation.content, _file(organisation)),
            WorkingCalendar.of(parse_policy(CalendarYear, year.content, _file(year)) for year in years),
            in_force,
            moved,
            self._by_name(map(self._parse_playbook, playbooks)),
        )
        self._rules = {}
        self._seen = seen
        self._moves = moves
        return True

    async def refresh_sittings(self) -> bool:
        """Reads which sittings have been moved or cancelled, if any has since; True then. Raises StoreUnavailable."""
        moves = await self._sittings.moves()
        if self._current is None or moves == self._moves:
            return False
        moved = await self._sittings.moved()
        if moves == self._moves:  # somebody else has read it meanwhile
            return False
        self._current = replace(self._current, moved=moved)
        self._rules = {}
        self._moves = moves
        return True

    async def sitting(self, sitting_id: str) -> SittingRow | None:
        """A sitting as it stands now; None if its process has not begun. Raises StoreUnavailable."""
        return await self._sittings.get(sitting_id)

    async def rules(self, ladder: str | None = None) -> Rules:
        """The rules under ``ladder`` (``nancheng@1``), read if it is not at hand; without one, today's.

        Raises Refusal ``unknown_ladder``, NoRules, StoreUnavailable.
        """
        if self._current is None:
            await self.refresh()
        if ladder is None:
            return self.current
        if ladder not in self._ladders:
            name, _, version = ladder.partition("@")
            found = await self._policies.get("ladder", name, version)
            if found is None:
                raise Refusal("unknown_ladder", ladder=ladder)
            self._parse_ladder(found)
        return self._under(self._ladders[ladder])

    async def with_playbook(self, playbook: str) -> Rules:
        """Today's rules with the version of a playbook that a response is under (``lift_entrapment@1``).

        Raises Refusal ``unknown_playbook``, NoRules, StoreUnavailable.
        """
        rules = await self.rules()
        if playbook in rules.playbooks:
            return rules
        name, _, version = playbook.partition("@")
        found = await self._policies.get("playbook", name, version)
        if found is None:
            raise Refusal("unknown_playbook", playbook=playbook, known=rules.playbook_kinds)
        self._parse_playbook(found)
        if self._current is not None:
            self._current = replace(self._current, playbooks={**self._current.playbooks, **self._playbooks})
            self._rules = {}
        return self.current

    async def under(self, ladder: str | None = None, playbook: str | None = None) -> Rules:
        """The rules under the versions of policies that a process is under; today's where it names none.

        Raises as ``rules`` and ``with_playbook``.
        """
        if playbook is not None:
            await self.with_playbook(playbook)
        return await self.rules(ladder)

    def _by_name(self, current: Iterable[Playbook]) -> Mapping[str, Playbook]:
        """The current versions by their kinds, and every version that has been read by its ref."""
        return {**{playbook.playbook: playbook for playbook in current}, **self._playbooks}

    def _parse_playbook(self, version: PolicyVersion) -> Playbook:
        ref = f"{version.name}@{version.version}"
        if ref not in self._playbooks:
            self._playbooks[ref] = parse_policy(Playbook, version.content, _file(version))
        return self._playbooks[ref]

    def _under(self, ladder: Ladder) -> Rules:
        if ladder.ref not in self._rules:
            self._rules[ladder.ref] = self.current.under(ladder)
        return self._rules[ladder.ref]

    def _parse_ladder(self, version: PolicyVersion) -> Ladder:
        ladder = parse_policy(Ladder, version.content, _file(version))
        return self._ladders.setdefault(ladder.ref, ladder)


def _required(current: Iterable[PolicyVersion], kind: str) -> list[PolicyVersion]:
    found = [policy for policy in current if policy.kind == kind]
    if not found:
        raise NoRules(kind)
    return found


def _file(version: PolicyVersion) -> str:
    return f"{version.kind}:{version.name}@{version.version}"
