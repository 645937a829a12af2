"""Policies at an operator's terminal: checked, brought into force, and what follows watched to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.policy.policy_file import PolicyError
from domain.policy.policy_set import Policy
from domain.words.bilingual import Name, text
from domain.words.refusal_words import refusal
from operations import connections, terminal
from operations.commands import DIFFERS, Failed
from runtime.settings import Settings
from services.policy_check import Draft, Item, Offer
from services.policy_desk import PolicyDesk
from services.policy_folder import PolicyFolder
from store.town import clock_on
from workflows.client import Processes, ProcessGone, ProcessUnavailable
from workflows.messages import Enforced, EnforceOrder

PATIENCE = 120.0
"""Seconds that an enforcement is watched; it goes on by itself, with a worker that may be still to come."""
_LOOK_EVERY = 0.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an offer: checked alone, or ``loaded``. ``begun``: what brings what is under way in line;
    ``done``: what that moved, None while it goes on."""

    draft: Draft
    loaded: bool = False
    begun: EnforceOrder | None = None
    done: Enforced | None = None

    @property
    def as_wanted(self) -> bool:
        """Whether what was offered is in force, or would be, and everything has followed."""
        return not (self.draft.refusals or self.draft.superseded or (self.done is not None and self.done.failed))


def require_known_units(folder: PolicyFolder) -> None:
    """Raises PolicyError where a folder's ``notices.yaml`` names a unit that its organisation does not have."""
    strangers = folder.strangers()
    if strangers:
        raise PolicyError(strangers)


async def hold_against(settings: Settings, offer: Offer) -> Outcome:
    """A dry run against the stack's database. Raises PolicyError, StoreUnavailable."""
    async with connections.opened(settings.database()) as pool:
        return Outcome(await PolicyDesk(pool, _not_needed, settings.policies).check(offer))


async def bring_into_force(settings: Settings, offer: Offer) -> Outcome:
    """Checks what is offered and brings it into force, unless something refuses it; then it watches the enforcement.

    Raises PolicyError; Refusal ``policy_moved_on`` where another loader came first; TemporalUnavailable before anything
    is changed; StoreUnavailable.
    """
    async with connections.opened(settings.database()) as pool:
        processes = await connections.processes(settings, clock_on(pool, rehearsal=settings.rehearsal))
        desk = PolicyDesk(pool, lambda: processes, settings.policies)
        draft = await desk.check(offer)
        if draft.refusals:
            return Outcome(draft)
        loaded = await desk.load(offer, draft.basis)
        done = await watched(desk, loaded.begun) if loaded.begun is not None else None
        return Outcome(draft, True, loaded.begun, done)


async def watched(desk: PolicyDesk, order: EnforceOrder) -> Enforced | None:
    """What an enforcement moved, once it is done; None where it takes longer than ``PATIENCE``, and goes on."""
    try:
        async with asyncio.timeout(PATIENCE):
            with terminal.progress(f"施行 {order.cause}"):
                return await _result(desk, order)
    except TimeoutError:
        return None
    except ProcessGone:
        raise Failed(f"施行 {order.cause} was ended in Temporal; load again to begin it again", DIFFERS) from None


async def _result(desk: PolicyDesk, order: EnforceOrder) -> Enforced:
    while True:
        done = await desk.progress(order)
        if done is not None:
            return done
        await asyncio.sleep(_LOOK_EVERY)


def _not_needed() -> Processes:
    raise ProcessUnavailable("a check asks no process")


# ---------------------------------------------------------------- told


def _n(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


_WORDS: dict[str, Name] = {
    "fits": _n("可以施行", "it can come into force"),
    "in_force": _n("已施行：{policies}", "in force: {policies}"),
    "nothing_new": _n("没有新的内容：均已施行", "nothing is new: all of it is in force"),
    "done": _n(
        "施行完毕：调整日程 {schedules} 个，会议改期或取消 {sittings} 次，{looked_at} 件等会的诉求中重排 {moved} 件",
        "done: {schedules} schedules, {sittings} sittings moved or cancelled; of {looked_at} cases that wait for a "
        "sitting, {moved} dated or placed anew",
    ),
    "under_way": _n(
        "正在施行（Temporal：施行 {cause}），不必等待，工作进程到位后自行完成",
        "it is being brought about (Temporal: 施行 {cause}), and goes on by itself as soon as a worker serves",
    ),
    "superseded": _n(
        "{file}（{version}）未施行：已被 {in_force} 取代。请从控制台导出现行版本放回目录，或提高版本号",
        "{file} ({version}) is not in force: {in_force} is. Export that from the console into the folder, or raise the "
        "version",
    ),
    "failed": _n(
        "{n} 个流程没有应答（{names}）。请先运行 hongxiu audit，再载入一次",
        "{n} did not answer ({names}). See: hongxiu audit; then load again",
    ),
}
_NAMED = 10


def good_news(outcome: Outcome, language: str) -> Iterator[str]:
    """What went well, a line each."""
    draft = outcome.draft
    if draft.refusals:
        return
    if not outcome.loaded:
        yield text(_WORDS["fits" if draft.new else "nothing_new"], language)
        return
    policies = ", ".join(f"{item.policy.kind} {item.policy.ref}" for item in draft.new)
    yield text(_WORDS["in_force" if policies else "nothing_new"], language, policies=policies)
    if outcome.begun is not None:
        yield _followed(outcome.begun, outcome.done, language)


def _followed(begun: EnforceOrder, done: Enforced | None, language: str) -> str:
    if done is None:
        return text(_WORDS["under_way"], language, cause=begun.cause)
    return text(
        _WORDS["done"],
        language,
        schedules=done.schedules,
        sittings=len(done.sittings),
        looked_at=done.looked_at,
        moved=done.moved,
    )


def bad_news(outcome: Outcome, language: str) -> Iterator[str]:
    """What did not go as it was wanted, a line each, with what to do."""
    for refused in outcome.draft.refusals:
        yield refusal(refused.code, language, refused.params)
    for item in () if outcome.draft.refusals else outcome.draft.superseded:
        yield text(
            _WORDS["superseded"], language, file=item.policy.file, version=item.policy.version, in_force=_base(item)
        )
    failed = outcome.done.failed if outcome.done is not None else ()
    if failed:
        yield text(_WORDS["failed"], language, n=len(failed), names=", ".join(failed[:_NAMED]))


def _base(item: Item) -> str | None:
    return item.base.ref if item.base is not None else None


def policy_json(policy: Policy) -> dict[str, Any]:
    """A policy as a value, without its text."""
    return {"file": policy.file, "kind": policy.kind, "name": policy.name, "version": policy.version}


def as_json(outcome: Outcome, language: str) -> dict[str, Any]:
    """What became of an offer, as values."""
    draft, effects = outcome.draft, outcome.draft.effects
    return {
        "items": [
            {**policy_json(item.policy), "state": item.state, "base": _base(item), "changes": item.summed}
            for item in draft.items
        ],
        "effects": {
            "waits": effects.waits,
            "sittings": [one.sitting for one in effects.moved],
            "elsewhere": dict(effects.elsewhere),
            "cancelled": list(effects.cancelled),
            "astray": [account for account, _ in effects.astray],
        },
        "refused": [{"code": one.code, "words": refusal(one.code, language, one.params)} for one in draft.refusals],
        "loaded": outcome.loaded,
        "enforcement": _enforcement(outcome),
    }


def _enforcement(outcome: Outcome) -> dict[str, Any] | None:
    if outcome.begun is None:
        return None
    done = outcome.done.model_dump(mode="json") if outcome.done is not None else None
    return {"cause": outcome.begun.cause, "done": done}
