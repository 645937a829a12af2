"""What must be in place before workers and API start: schema, policies, accounts, search attributes, schedules; and
that what is under way is brought in line with what has come into force."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from temporalio.client import Client

from activities.dating import plan_schedules
from domain.errors import Refusal
from domain.policy.policy_file import PolicyError
from domain.words.refusal_words import refusal as refusal_words
from runtime.clock import Clock
from runtime.rehearsal import Town
from runtime.settings import Settings
from runtime.temporal import TASK_QUEUE, connect, keep_ended_cases, register_search_attributes
from services.policy_check import Item, Offer
from services.policy_desk import PolicyDesk
from services.policy_folder import read_folder
from stack.errors import StackError
from stack.sample_accounts import add_sample_accounts
from store import database
from store.migrate import upgrade
from store.town import KeptClock, clock_on
from workflows.client import Processes

if TYPE_CHECKING:
    from store.database import Pool


async def prepare(settings: Settings) -> Sequence[str]:
    """Bring everything up to date. PostgreSQL and Temporal are up. Called at every start: idempotent.

    Answers with what whoever starts it should know: which policies of the folder are superseded. Raises StackError
    where they cannot be used, or cannot come into force beside what is open; then no policy and no account is added.
    """
    password = unquote(urlsplit(settings.database()).password or "")
    client, _ = await asyncio.gather(
        _prepare_temporal(settings), asyncio.to_thread(upgrade, settings.owner_database(), app_password=password)
    )
    pool = await database.connect(settings.database())
    try:
        clock = await _prepared_clock(pool, settings)
        starter = Town(client, clock).client if settings.rehearsal else client
        processes = Processes(starter, TASK_QUEUE)
        desk = PolicyDesk(pool, lambda: processes, settings.policies)
        superseded = await _bring_into_force(desk, settings)
        if settings.embedded:
            await add_sample_accounts(pool, await desk.organisation())
        await plan_schedules(pool, starter, clock, task_queue=TASK_QUEUE)
        await desk.begin()
    finally:
        await pool.close()
    return [_told(item) for item in superseded]


async def _prepared_clock(pool: Pool, settings: Settings) -> Clock:
    """A rehearsal's clock starts where it is told to. Raises StackError in earnest on what was rehearsed on."""
    kept = KeptClock(pool)
    if settings.rehearsal and settings.rehearsal_from is not None:
        await kept.set(settings.rehearsal_from)
    elif not settings.rehearsal and (ahead := await kept.ahead()):
        raise StackError(
            f"This stack's data was rehearsed on: its clock runs {ahead.days} days ahead of real time. "
            "Start it with HONGXIU_REHEARSAL=1, or name another folder: HONGXIU_DATA=…"
        )
    return clock_on(pool, rehearsal=settings.rehearsal)


async def _prepare_temporal(settings: Settings) -> Client:
    client = await connect(settings)
    await register_search_attributes(client)
    if settings.embedded:
        await keep_ended_cases(client)
    return client


async def _bring_into_force(desk: PolicyDesk, settings: Settings) -> Sequence[Item]:
    """Brings into force what is new in the folder; what has been superseded meanwhile."""
    try:
        folder = await asyncio.to_thread(read_folder, settings.policies)
        loaded = await desk.enact(Offer.of_folder(folder))
    except PolicyError as error:
        raise StackError(f"The policies in {settings.policies} cannot be used.\n{error}") from None
    except Refusal as refused:
        words = refusal_words(refused.code, "en", refused.params)
        raise StackError(f"The policies in {settings.policies} do not come into force. {words}") from None
    return loaded.draft.superseded


def _told(item: Item) -> str:
    assert item.base is not None
    return f"{item.policy.file} ({item.policy.version}) is superseded: {item.base.kind} {item.base.ref} is in force"
