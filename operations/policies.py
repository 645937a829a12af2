"""A folder of policies: read, checked as a whole, kept as versions in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from activities.notices import misnamed
from domain.calendar import CalendarYear, WorkingCalendar
from domain.errors import Refusal
from domain.ladder import Ladder
from domain.organisation import Organisation
from domain.playbook import Playbook
from domain.policy_file import PolicyError, PolicyProblem, parse_policy
from domain.rules import Rules
from domain.words import Name, refusal
from operations.playbooks import read_playbooks
from store.policies import Policies
from store.policy_loading import PolicyFile, read_policies

if TYPE_CHECKING:
    from store.database import Pool


@dataclass(frozen=True, slots=True)
class Checked:
    """A policy file that can be used. ``says``: what is in it, for a person."""

    file: PolicyFile
    says: Name


@dataclass(frozen=True, slots=True)
class Kept:
    """A policy in the database; ``new`` when this loading brought it."""

    policy: Checked
    new: bool


def check_folder(folder: Path) -> tuple[Checked, ...]:
    """Every policy of a folder, read and fitted together. Raises PolicyError naming file, line and field."""
    files = read_policies(folder)
    ladder = next(parse_policy(Ladder, file.content, file.name) for file in files if file.kind == "ladder")
    organisation = next(
        parse_policy(Organisation, file.content, file.name) for file in files if file.kind == "organisation"
    )
    years = [parse_policy(CalendarYear, file.content, file.name) for file in files if file.kind == "calendar"]
    _, problems = read_playbooks(folder, organisation, ladder)
    problems += _misfits(folder, ladder, organisation, years)
    problems += misnamed(folder, organisation)
    if problems:
        raise PolicyError(problems)
    return tuple(Checked(file, _said(file)) for file in files)


def check_calendar(path: Path) -> Checked:
    """One calendar's file. Raises PolicyError."""
    text = _text(path)
    year = parse_policy(CalendarYear, text, str(path))
    return Checked(PolicyFile("calendar", str(year.year), year.version, text), _of_calendar(year))


async def keep(pool: Pool, checked: Sequence[Checked]) -> tuple[Kept, ...]:
    """Put checked policies into the database; what is there already stays.

    Raises Refusal ``policy_version_taken`` (the version is there with another text), StoreUnavailable.
    """
    policies = Policies(pool)
    kept: list[Kept] = []
    for policy in checked:
        file = policy.file
        there = await policies.get(file.kind, file.name, file.version)
        await policies.put(file.kind, file.name, file.version, file.content)
        kept.append(Kept(policy, there is None))
    return tuple(kept)


def _said(file: PolicyFile) -> Name:
    """What is in a policy file, for a person."""
    if file.kind == "ladder":
        return _of_ladder(parse_policy(Ladder, file.content, file.name))
    if file.kind == "organisation":
        return _of_organisation(parse_policy(Organisation, file.content, file.name))
    if file.kind == "playbook":
        return _of_playbook(parse_policy(Playbook, file.content, file.name))
    return _of_calendar(parse_policy(CalendarYear, file.content, file.name))


def _of_playbook(found: Playbook) -> Name:
    tasks, required = len(found.tasks), sum(task.required for task in found.tasks)
    return Name(
        zh=f"{found.name.zh}：任务 {tasks} 项，必办 {required} 项",
        en=f"{found.name.en}: {tasks} tasks, {required} of them required",
    )


def _of_calendar(year: CalendarYear) -> Name:
    off = sum(day.kind == "off" for day in year.days)
    works = len(year.days) - off
    return Name(zh=f"休 {off} 天，调休上班 {works} 天", en=f"{off} days off, {works} make-up workdays")


def _of_ladder(ladder: Ladder) -> Name:
    zh, en = ("→".join(tier.name.in_(language) for tier in ladder.tiers) for language in ("zh-CN", "en"))
    return Name(zh=zh, en=en)


def _of_organisation(found: Organisation) -> Name:
    counts = "/".join(str(len(found.units_at(tier))) for tier in found.tiers)
    departments, categories = len(found.departments), len(found.categories)
    return Name(
        zh=f"单位 {counts}，部门 {departments}，类别 {categories}",
        en=f"units {counts}, {departments} departments, {categories} categories",
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError([PolicyProblem(str(path), 1, "", f"cannot be read: {error}")]) from None


def _misfits(
    folder: Path, ladder: Ladder, organisation: Organisation, years: Sequence[CalendarYear]
) -> list[PolicyProblem]:
    """What is wrong only when the files are taken together."""
    file = str(folder / "ladder.yaml")
    if [tier.id for tier in ladder.tiers] != list(reversed(organisation.tiers)):
        up = ", ".join(reversed(organisation.tiers))
        return [PolicyProblem(file, 1, "tiers", f"the organisation's tiers are, from the lowest up: {up}")]
    try:
        rules = Rules(ladder, organisation, WorkingCalendar.of(years))
        len(rules.forums)
    except Refusal as error:
        return [PolicyProblem(file, 1, "tiers", refusal(error.code, "en", error.params))]
    except ValueError as error:
        return [PolicyProblem(str(folder / "calendar-*.yaml"), 1, "year", str(error))]
    return []
