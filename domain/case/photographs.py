"""Photographs of a case: the event says that they came, with their digests; the pictures lie sealed in the store."""

from __future__ import annotations

from domain.case.commands import AddPhotos
from domain.case.events import Event, PhotosAdded
from domain.case.moves import Deciding
from domain.case.state import CaseState
from domain.errors import Refusal
from domain.permission import Actor, may_add_photos
from domain.policy.rules import Rules

MOST_PHOTOS = 6
"""So many photographs a case may have."""


def check_photos_taken(rules: Rules, state: CaseState, actor: Actor) -> None:
    """Raises Refusal ``forbidden`` (no right) or ``closed_takes_no_photos``."""
    if not may_add_photos(rules, actor, state):
        raise Refusal("forbidden", decision="add_photos", stage=state.stage, tier=state.tier)
    if state.closed:
        raise Refusal("closed_takes_no_photos", number=state.number)


def add_photos(d: Deciding, body: AddPhotos) -> tuple[Event, ...]:
    """Photographs come to an open case. They decide nothing, so a sitting that has the case before it is not named."""
    check_photos_taken(d.rules, d.state, d.command.actor)
    if d.state.photos + len(body.photos) > MOST_PHOTOS:
        raise Refusal("too_many_photos", limit=MOST_PHOTOS, there=d.state.photos)
    return (d.event(PhotosAdded, photos=body.photos, sitting=None),)
