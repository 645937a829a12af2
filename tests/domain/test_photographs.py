"""Photographs of a case: who may add them, when, how many, and what they leave as it was."""

from __future__ import annotations

import pytest

from domain.case import MOST_PHOTOS, AddPhotos, PhotoRef
from domain.errors import Refusal
from domain.permission import RESIDENT, Actor
from tests.domain.given import (
    ADMINISTRATOR,
    ALLIANCE,
    COMMUNITY,
    ESTATE,
    STAGES,
    SUPERVISOR,
    Case,
    case_at,
    department,
    nancheng,
    officer,
)


def photos(count: int = 1) -> AddPhotos:
    return AddPhotos(photos=tuple(PhotoRef(id=f"p-{n}", digest=f"{n:064x}") for n in range(count)))


@pytest.mark.parametrize("by", [RESIDENT, ESTATE, COMMUNITY, ALLIANCE], ids=lambda actor: actor.id)
@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "closed"])
def test_the_resident_and_officers_of_its_units_add_photographs_to_an_open_case(by: Actor, stage: str) -> None:
    case = case_at(stage)
    before = case.state
    assert case.send(photos(2), by=by) == ["photos_added"]
    assert case.state.photos == 2
    changed = {"version", "at", "commands", "photos"}
    assert case.state.model_dump(exclude=changed) == before.model_dump(exclude=changed)


@pytest.mark.parametrize(
    "by",
    [officer("gulou-yuan"), officer("guangfu"), department("urban"), SUPERVISOR, ADMINISTRATOR],
    ids=lambda actor: actor.id,
)
def test_nobody_else_does(by: Actor) -> None:
    case = case_at("action")
    with pytest.raises(Refusal, match="forbidden"):
        case.send(photos(), by=by)


def test_a_closed_case_takes_none() -> None:
    with pytest.raises(Refusal, match="closed_takes_no_photos"):
        case_at("closed").send(photos(), by=RESIDENT)


def test_a_case_has_so_many_and_no_more() -> None:
    case = Case()
    case.send(photos(MOST_PHOTOS - 1), by=RESIDENT)
    with pytest.raises(Refusal) as caught:
        case.send(photos(2), by=ESTATE)
    assert caught.value.code == "too_many_photos"
    assert caught.value.params == {"limit": MOST_PHOTOS, "there": MOST_PHOTOS - 1}
    assert case.send(photos(1), by=ESTATE) == ["photos_added"]


def test_a_late_case_stays_late_and_a_sitting_has_decided_nothing() -> None:
    case = Case()
    case.passes()
    assert case.state.overdue
    starts = case.wait.starts_at
    assert starts is not None
    case.now = starts
    case.send(photos(), by=ESTATE)
    assert case.state.overdue
    assert case.state.heard_at is None
    assert "sitting" not in case.last[0].fact.detail()


def test_a_resident_opens_a_case_of_any_estate_and_never_as_an_emergency() -> None:
    for estate in ("mudan-garden", "guangfu-huating"):
        assert Case(by=RESIDENT, estate=estate, channel="wechat").waits_for == "contact"
    with pytest.raises(Refusal, match="forbidden"):
        Case(by=RESIDENT, number="NC-2026-000001", emergency=nancheng().playbook_kinds[0])
