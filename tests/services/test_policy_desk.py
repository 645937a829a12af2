"""The one door of policies: whole or not at all, against what was checked, and never back in silence."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domain.errors import Refusal
from domain.policy.policy_file import PolicyError
from domain.policy.policy_set import Policy, PolicyKind, read_policy
from services.policy_check import Draft, Offer
from services.policy_desk import Loaded, PolicyDesk, order_of
from services.policy_folder import read_folder
from store.log import EventLog
from store.policies import Policies, PolicyVersion
from store.rulebook import NoRules
from tests.store.given import recorded
from tests.support.policies import NANCHENG, desk_on, load_folder, put
from workflows.client import Processes, ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NANCHENG, tmp_path / "policies"))


def edit(file: Path, *replaced: tuple[str, str], version: str | None = "next") -> None:
    """Changes a policy's file, and raises its version: to the next, or to this one."""
    text = file.read_text("utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    if version is not None:
        has = re.search(r'(?m)^version: "(\d+)', text)
        assert has is not None
        raised = str(int(has[1]) + 1) if version == "next" else version
        text = re.sub(r'(?m)^version: "[^"]+"', f'version: "{raised}"', text, count=1)
    file.write_text(text, "utf-8")


def without_estate(folder: Path) -> None:
    """The organisation's next version, without an estate."""
    cut(folder / "organisation.yaml")
    edit(folder / "organisation.yaml")


def cut(file: Path, estate: str = "mudan-garden") -> None:
    lines = file.read_text("utf-8").splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.strip() == f"- id: {estate}")
    end = next(n for n in range(start + 1, len(lines)) if lines[n].strip().startswith("- id:"))
    file.write_text("".join(lines[:start] + lines[end:]), "utf-8")


def offer_of(folder: Path) -> Offer:
    return Offer.of_folder(read_folder(folder))


def alone(kind: PolicyKind, text: str) -> Policy:
    return read_policy(kind, text, kind)


def another_name(n: str) -> Callable[[str], str]:
    return lambda text: text.replace("南城街道", f"南城街道{n}", 1)


def refs(versions: tuple[PolicyVersion, ...]) -> set[str]:
    return {f"{one.kind} {one.ref}" for one in versions}


def states(draft: Draft) -> dict[str, str]:
    return {
        f"{item.policy.kind} {item.policy.ref}": item.state for item in draft.items if item.policy.kind != "playbook"
    }


async def open_case(pool: Pool, estate: str = "mudan-garden") -> None:
    await recorded(EventLog(pool), "NC-2026-000001", estate=estate, category="lift", stage="contact", tier="estate")


@pytest.fixture
async def loaded(pool: Pool) -> Loaded:
    return await load_folder(pool, NANCHENG)


@pytest.fixture
def desk(pool: Pool) -> PolicyDesk:
    return desk_on(pool)


# ---------------------------------------------------------------- a folder


async def test_a_folder_comes_into_force_together_and_once_however_often_it_is_loaded(
    pool: Pool, loaded: Loaded
) -> None:
    assert loaded.enactment is not None
    assert {one.kind for one in loaded.enactment.versions} == {"organisation", "ladder", "calendar", "playbook"}
    assert await Policies(pool).in_force() == loaded.enactment.versions
    again = await load_folder(pool)
    assert again.enactment is None
    assert set(states(again.draft).values()) == {"in_force"}


async def test_every_mistake_is_named_and_nothing_comes_into_force(pool: Pool, folder: Path) -> None:
    edit(folder / "ladder.yaml", ("duty_hours: 2", "duty_hours: many"), version=None)
    (folder / "calendar-2026.yaml").write_text("version: [", "utf-8")
    with pytest.raises(PolicyError) as error:
        await load_folder(pool, folder)
    assert {Path(problem.path).name for problem in error.value.problems} == {"ladder.yaml", "calendar-2026.yaml"}
    assert all(problem.line > 0 for problem in error.value.problems)
    assert await Policies(pool).in_force() == ()


async def test_a_folder_without_a_calendar_cannot_be_used(pool: Pool, folder: Path) -> None:
    for calendar in folder.glob("calendar-*.yaml"):
        calendar.unlink()
    with pytest.raises(PolicyError, match="calendar"):
        await load_folder(pool, folder)


async def test_one_policy_that_is_refused_keeps_the_whole_folder_out(pool: Pool, loaded: Loaded, folder: Path) -> None:
    await open_case(pool)
    without_estate(folder)
    edit(folder / "ladder.yaml", ("duty_hours: 2", "duty_hours: 3"))
    edit(folder / "playbooks" / "fire.yaml")
    before = await Policies(pool).in_force()
    with pytest.raises(Refusal, match="unit_has_open_cases"):
        await load_folder(pool, folder)
    assert await Policies(pool).in_force() == before


async def test_a_changed_file_needs_another_version_and_the_next_free_one_is_named(
    pool: Pool, loaded: Loaded, folder: Path
) -> None:
    for file in ("ladder.yaml", "organisation.yaml"):
        edit(folder / file, ("en: ", "en:  "), version=None)
    edit(folder / "calendar-2026.yaml", ("en: ", "en:  "))
    with pytest.raises(PolicyError) as error:
        await load_folder(pool, folder)
    assert {(Path(one.path).name, one.field) for one in error.value.problems} == {
        ("organisation.yaml", "version"),
        ("ladder.yaml", "version"),
    }
    assert "the next free one is 2" in str(error.value)
    assert refs(await Policies(pool).in_force()) >= {"calendar 2026@1", "ladder nancheng@2"}


async def test_only_a_folder_begins_a_database(desk: PolicyDesk) -> None:
    calendar = alone("calendar", (NANCHENG / "calendar-2026.yaml").read_text("utf-8"))
    with pytest.raises(NoRules):
        await desk.enact(Offer((calendar,)))
    assert await desk.in_force() == ()


async def test_a_folder_is_held_together_with_what_is_in_force_beyond_it(
    pool: Pool, loaded: Loaded, folder: Path
) -> None:
    edit(folder / "ladder.yaml", ("- id: alliance", "- id: union"), ("[alliance]", "[union]"))
    edit(folder / "organisation.yaml", ("tiers: [alliance, ", "tiers: [union, "))
    shutil.rmtree(folder / "playbooks")  # those in force have tasks of the alliance
    with pytest.raises(PolicyError) as error:
        await load_folder(pool, folder)
    assert any(
        problem.path.startswith("playbook ") and "alliance" in problem.message for problem in error.value.problems
    )
    assert refs(await Policies(pool).in_force()) >= {"ladder nancheng@2", "organisation nancheng@1"}


# ---------------------------------------------------------------- older than what is in force


async def test_a_folder_that_lags_behind_does_not_revert_what_was_published_since(
    pool: Pool, loaded: Loaded, folder: Path, desk: PolicyDesk
) -> None:
    text = (folder / "organisation.yaml").read_text("utf-8")
    newer = alone("organisation", another_name("新")(text).replace('version: "1"', 'version: "2"'))
    await desk.enact(Offer((newer,)))
    edit(folder / "calendar-2026.yaml", ("en: ", "en:  "))
    again = await load_folder(pool, folder)
    assert states(again.draft) == {
        "organisation nancheng@1": "superseded",
        "ladder nancheng@2": "in_force",
        "calendar 2025@1": "in_force",
        "calendar 2026@2": "new",
    }
    assert [item.base.ref for item in again.draft.superseded if item.base] == ["nancheng@2"]
    assert (await desk.organisation()).version == "2"
    assert again.enactment is not None
    assert refs(again.enactment.versions) == {"calendar 2026@2"}


async def test_a_folders_version_that_never_was_in_force_and_is_older_is_superseded_too(
    pool: Pool, loaded: Loaded, folder: Path
) -> None:
    edit(folder / "ladder.yaml", version="4")
    await load_folder(pool, folder)
    edit(folder / "ladder.yaml", version="3")
    assert (await load_folder(pool, folder)).enactment is None
    assert refs(await Policies(pool).in_force()) >= {"ladder nancheng@4"}


async def test_who_offers_a_past_version_alone_is_told_how_to_have_it_again(
    pool: Pool, loaded: Loaded, folder: Path, desk: PolicyDesk
) -> None:
    first = (folder / "organisation.yaml").read_text("utf-8")
    await desk.enact(Offer((alone("organisation", first.replace('version: "1"', 'version: "2"')),)))
    with pytest.raises(Refusal) as refused:
        await desk.enact(Offer((alone("organisation", first),)))
    assert refused.value.code == "policy_superseded"
    assert refused.value.params == {"policy": "organisation nancheng@1", "in_force": "organisation nancheng@2"}


# ---------------------------------------------------------------- against what it was checked against


async def test_what_came_into_force_since_the_check_refuses_the_load_whatever_it_is(
    pool: Pool, loaded: Loaded, folder: Path, desk: PolicyDesk
) -> None:
    edit(folder / "ladder.yaml", ("duty_hours: 2", "duty_hours: 3"))
    draft = await desk.check(offer_of(folder))
    edit(folder / "calendar-2026.yaml", ("en: ", "en:  "))
    calendar = alone("calendar", (folder / "calendar-2026.yaml").read_text("utf-8"))
    await desk.enact(Offer((calendar,)))
    with pytest.raises(Refusal) as refused:
        await desk.enact(offer_of(folder), draft.basis)
    assert (refused.value.code, refused.value.params) == ("policy_moved_on", {"current": ["calendar 2026@2"]})
    assert refs(await desk.in_force()) >= {"ladder nancheng@2"}
    await desk.enact(offer_of(folder), (await desk.check(offer_of(folder))).basis)
    assert refs(await desk.in_force()) >= {"ladder nancheng@3"}


@pytest.mark.long
async def test_of_two_loaders_at_once_one_brings_all_of_its_folder_and_the_other_nothing(
    pool: Pool, loaded: Loaded, tmp_path: Path
) -> None:
    offers = {}
    for name in ("a", "b"):
        folder = Path(shutil.copytree(NANCHENG, tmp_path / name))
        edit(folder / "organisation.yaml", ("en: Nancheng Subdistrict", f"en: Nancheng {name}"), version=f"3{name}")
        edit(folder / "ladder.yaml", ("duty_hours: 2", "duty_hours: 3"), version=f"3{name}")
        offers[name] = offer_of(folder)
    bases = {name: (await desk_on(pool).check(offer)).basis for name, offer in offers.items()}
    tried = (desk_on(pool).enact(offer, bases[name]) for name, offer in offers.items())
    done = await asyncio.gather(*tried, return_exceptions=True)
    (won,) = (one.enactment for one in done if isinstance(one, Loaded))
    (refused,) = (one for one in done if isinstance(one, Refusal))
    assert won is not None
    assert refused.code == "policy_moved_on"
    winner = won.versions[0].version
    assert refs(won.versions) == {f"organisation nancheng@{winner}", f"ladder nancheng@{winner}"}
    firsts: tuple[tuple[PolicyKind, str], ...] = (("organisation", "1"), ("ladder", "2"))
    for kind, first in firsts:
        assert [one.version for one in await Policies(pool).versions(kind)] == [first, winner]


@pytest.mark.long
async def test_the_same_folder_from_several_starts_at_once_comes_into_force_once(pool: Pool) -> None:
    done = await asyncio.gather(*(load_folder(pool) for _ in range(4)))
    assert sum(one.enactment is not None for one in done) == 1
    assert len(await Policies(pool).versions("ladder")) == 1


async def test_readers_see_a_set_whole_or_not_at_all(pool: Pool, loaded: Loaded, folder: Path) -> None:
    edit(folder / "organisation.yaml", ("en: Nancheng Subdistrict", "en: Nancheng 2"))
    edit(folder / "ladder.yaml", ("duty_hours: 2", "duty_hours: 3"))
    seen: set[tuple[str, str]] = set()

    async def look() -> None:
        while ("3", "2") not in seen:
            versions = {one.kind: one.version for one in await Policies(pool).in_force()}
            seen.add((versions["ladder"], versions["organisation"]))

    looking = asyncio.create_task(look())
    await load_folder(pool, folder)
    await looking
    assert seen <= {("2", "1"), ("3", "2")}


async def test_a_policy_in_force_that_cannot_be_read_does_not_keep_out_the_one_that_mends_it(
    pool: Pool, loaded: Loaded, folder: Path
) -> None:
    await open_case(pool)
    await put(pool, "organisation", "nancheng", "2", "no: organisation")
    edit(folder / "organisation.yaml", ('version: "1"', 'version: "3"'), version=None)
    lost = folder.parent / "lost"
    shutil.copytree(folder, lost)
    cut(lost / "organisation.yaml")
    with pytest.raises(Refusal, match="unit_has_open_cases"):
        await load_folder(pool, lost)
    await load_folder(pool, folder)
    assert refs(await Policies(pool).in_force()) >= {"organisation nancheng@3"}


# ---------------------------------------------------------------- another place's


async def test_a_folder_with_other_names_is_another_places_and_changes_nothing(
    pool: Pool, loaded: Loaded, folder: Path
) -> None:
    edit(folder / "organisation.yaml", ("  id: nancheng\n", "  id: beicheng\n"))
    with pytest.raises(Refusal) as refused:
        await load_folder(pool, folder)
    assert refused.value.code == "policies_of_another_place"
    assert refs(await Policies(pool).in_force()) >= {"organisation nancheng@1"}


# ---------------------------------------------------------------- notices


async def test_notices_are_checked_with_the_set(pool: Pool, loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    (folder / "notices.yaml").write_text("version: '1'\nunits:\n  mudan-garden: [ONE]\n", "utf-8")
    desk = PolicyDesk(pool, _none, folder)
    without_estate(folder)
    with pytest.raises(PolicyError) as error:
        await desk.check(offer_of(folder))
    assert [(Path(one.path).name, one.line) for one in error.value.problems] == [("notices.yaml", 3)]
    organisation = alone("organisation", (folder / "organisation.yaml").read_text("utf-8"))
    (refused,) = (await desk.check(await desk.offer(organisation))).refusals
    assert (refused.code, refused.params["missing"]) == ("unit_has_channels", ["mudan-garden"])


# ---------------------------------------------------------------- what follows


async def test_nothing_is_changed_where_nothing_could_be_enforced(
    loaded: Loaded, folder: Path, desk: PolicyDesk
) -> None:
    edit(folder / "ladder.yaml", ("duty_hours: 2", "duty_hours: 3"))
    with pytest.raises(ProcessUnavailable):
        await desk.load(offer_of(folder))
    assert refs(await desk.in_force()) >= {"ladder nancheng@2"}


async def test_what_came_into_force_together_is_enforced_together_and_playbooks_move_nothing(
    pool: Pool, loaded: Loaded, folder: Path, desk: PolicyDesk
) -> None:
    left = await Policies(pool).unenforced()
    assert left is not None
    assert left == loaded.enactment
    order = order_of(left)
    assert order.cause == "organisation nancheng@1, ladder nancheng@2, calendar 2025@1, calendar 2026@1"
    await Policies(pool).mark_enforced(left.id)
    edit(folder / "playbooks" / "fire.yaml")
    assert (await load_folder(pool, folder)).enactment is not None
    assert await desk.begin() is None


def _none() -> Processes:
    raise ProcessUnavailable("no Temporal here")
