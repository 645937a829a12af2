"""Agendas and minutes over the wire: the domain's values, on Shanghai's clock."""

from __future__ import annotations

from api.edge.wire import Instant
from domain.papers.agenda import Agenda, AgendaItem, AgendaSection, LateItem, Minutes
from domain.policy.forum import Sitting


class SittingDates(Sitting):
    """The sitting as the paper was written for it."""

    drafts_at: Instant
    freezes_at: Instant
    starts_at: Instant
    ends_at: Instant
    minutes_due: Instant


class AgendaItemView(AgendaItem):
    """One case on the agenda."""

    first_tabled: Instant | None = None


class AgendaSectionView(AgendaSection):
    """A heading with its cases, or with lines of text."""

    items: tuple[AgendaItemView, ...] = ()


class LateItemView(LateItem):
    """An addendum to the frozen agenda."""

    item: AgendaItemView
    at: Instant


class AgendaView(Agenda):
    """A sitting's agenda; ``frozen_at`` is null while it is a draft. Texts are in the agenda's own language."""

    sitting: SittingDates
    frozen_at: Instant | None = None
    made_at: Instant
    sections: tuple[AgendaSectionView, ...]
    addenda: tuple[LateItemView, ...] = ()


class MinutesView(Minutes):
    """A sitting's minutes; ``head`` is the hash of the case's stream at the decision."""

    sitting: SittingDates
    made_at: Instant
    next_sitting: SittingDates | None = None
