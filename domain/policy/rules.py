"""The rules that hold for one decision: a case's own ladder, and the organisation and calendar of today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from domain.errors import Refusal
from domain.policy.calendar import WorkingCalendar
from domain.policy.forum import Forum, Sitting, emergency_of, forum_of, forums, next_sitting, sitting
from domain.policy.ladder import Ladder
from domain.policy.organisation import Organisation
from domain.policy.playbook import Playbook
from domain.words.bilingual import Name


@dataclass(frozen=True)
class Rules:
    """What ``decide`` looks things up in. Pure data; replaced whole when any part changes.

    ``ladder`` is the version the case was opened under. The forums are everybody's: their cadences come
    from the ladder in force (``forums_from``), since cases of several versions wait for the same sitting.
    """

    ladder: Ladder
    organisation: Organisation
    calendar: WorkingCalendar
    forums_from: Ladder | None = None
    moved: Mapping[str, Sitting | None] = field(default_factory=dict)
    """Sittings that an officer has moved, by id, as they now stand; None for one that is cancelled."""
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    """Playbooks by kind, the current version of each; and every version by its ref (``lift_entrapment@1``)."""

    @cached_property
    def forums(self) -> Mapping[str, Forum]:
        """Every forum by its id, which is its unit's id."""
        ladder = self.forums_from or self.ladder
        return {forum.id: forum for forum in forums(ladder.tiers, self.organisation)}

    def under(self, ladder: Ladder) -> Rules:
        """The same day's rules for a case opened under ``ladder``."""
        if ladder is self.ladder:
            return self
        rules = replace(self, ladder=ladder, forums_from=self.forums_from or self.ladder)
        rules.__dict__["forums"] = self.forums  # computed once for all versions
        return rules

    def forum(self, tier: str, estate: str) -> Forum:
        """The forum of ``tier`` that an estate's cases come to."""
        unit = self.organisation.ancestor(estate, tier)
        if unit.id not in self.forums:
            raise Refusal("unknown_forum", forum=unit.id)
        return self.forums[unit.id]

    def next_sitting(self, tier: str, estate: str, now: datetime) -> Sitting:
        """The next sitting of that forum that still takes a case on (its agenda is not frozen)."""
        return self.next_of(self.forum(tier, estate), now)

    def next_of(self, forum: Forum, now: datetime) -> Sitting:
        """The next sitting of ``forum`` that still takes a case on, as officers have moved and cancelled them."""
        regular = next_sitting(forum, self.calendar, now)
        if forum.id not in self._irregular_forums:
            return regular
        return min(self._candidates(forum, regular, now), key=lambda held: held.starts_at)

    def _candidates(self, forum: Forum, regular: Sitting, now: datetime) -> Iterator[Sitting]:
        # Moved or not held: the rule's own date no longer counts.
        while regular.id in self.moved:
            regular = next_sitting(forum, self.calendar, regular.freezes_at)
        yield regular
        for moved in self.moved.values():
            if moved is None or moved.forum != forum.id:
                continue
            if emergency_of(moved.id) is not None:
                continue  # an extraordinary sitting is for its emergency alone
            if moved.freezes_at > now:
                yield moved

    @cached_property
    def _irregular_forums(self) -> frozenset[str]:
        return frozenset(forum_of(sitting_id) for sitting_id in self.moved if emergency_of(sitting_id) is None)

    def sitting(self, forum: str, sitting_id: str) -> Sitting:
        """A sitting by its id, as officers have moved it, else with the dates that the calendar of today gives it.

        Raises Refusal ``unknown_forum``; ``unknown_sitting``, also for one that is cancelled.
        """
        if forum not in self.forums:
            raise Refusal("unknown_forum", forum=forum)
        if sitting_id not in self.moved:
            return sitting(self.forums[forum], self.calendar, sitting_id)
        moved = self.moved[sitting_id]
        if moved is None:
            raise Refusal("unknown_sitting", sitting=sitting_id)
        return moved

    def playbook(self, name: str) -> Playbook:
        """A playbook by its kind, the current version; or by kind and version. Raises Refusal ``unknown_playbook``."""
        if name not in self.playbooks:
            raise Refusal("unknown_playbook", playbook=name, known=self.playbook_kinds)
        return self.playbooks[name]

    @property
    def playbook_kinds(self) -> list[str]:
        """The kinds of playbooks that there are, in order."""
        return sorted(name for name in self.playbooks if "@" not in name)

    @cached_property
    def parties(self) -> Mapping[str, Name]:
        """Everybody who can lead or take part under a name of their own: departments and units, by code and id."""
        organisation = self.organisation
        units = {unit.id: unit.name for tier in organisation.tiers for unit in organisation.units_at(tier)}
        return {**units, **{department.code: department.name for department in organisation.departments}}
