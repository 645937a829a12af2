"""What must be in place before workers and API start: schema, policies, accounts, search attributes, schedules."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote, urlsplit

from activities.dating import plan_schedules
from domain.errors import Refusal
from domain.organisation import Organisation
from domain.policy_file import PolicyError, parse_policy
from domain.words import refusal as refusal_words
from runtime.rehearsal import Town
from runtime.settings import Settings
from runtime.temporal import TASK_QUEUE, connect, keep_ended_cases, register_search_attributes
from stack.errors import StackError
from stack.sample_accounts import add_sample_accounts
from store import database
from store.migrate import upgrade
from store.policy_loading import load_policies
from store.town import KeptClock, clock_on


async def prepare(settings: Settings) -> None:
    """Bring everything up to date. PostgreSQL and Temporal are up. Called at every start: idempotent.

    Raises StackError where a policy file cannot be used.
    """
    password = unquote(urlsplit(settings.database()).password or "")
    await asyncio.to_thread(upgrade, settings.owner_database(), app_password=password)
    await _prepare_clock(settings)
    await asyncio.gather(_prepare_store(settings), _prepare_temporal(settings))
    await _plan_schedules(settings)


async def _prepare_clock(settings: Settings) -> None:
    """A rehearsal's clock starts where it is told to. Raises StackError in earnest on what was rehearsed on."""
    pool = await database.connect(settings.database())
    try:
        clock = KeptClock(pool)
        if settings.rehearsal:
            if settings.rehearsal_from is not None:
                await clock.set(settings.rehearsal_from)
        elif ahead := await clock.ahead():
            raise StackError(
                f"This stack's data was rehearsed on: its clock runs {ahead.days} days ahead of real time. "
                "Start it with HONGXIU_REHEARSAL=1, or name another folder: HONGXIU_DATA=…"
            )
    finally:
        await pool.close()


async def _prepare_store(settings: Settings) -> None:
    pool = await database.connect(settings.database())
    try:
        files = await load_policies(pool, settings.policies)
        if settings.embedded:
            organisation = next(file for file in files if file.kind == "organisation")
            await add_sample_accounts(pool, parse_policy(Organisation, organisation.content, "organisation.yaml"))
    except PolicyError as error:
        raise StackError(f"The policies in {settings.policies} cannot be used.\n{error}") from None
    except Refusal as refusal:
        raise StackError(refusal_words(refusal.code, "en", refusal.params)) from None
    finally:
        await pool.close()


async def _prepare_temporal(settings: Settings) -> None:
    client = await connect(settings)
    await register_search_attributes(client)
    if settings.embedded:
        await keep_ended_cases(client)


async def _plan_schedules(settings: Settings) -> None:
    """The forums' schedules, after both halves are ready: they rest on the policies."""
    pool = await database.connect(settings.database())
    try:
        clock = clock_on(pool, rehearsal=settings.rehearsal)
        client = await connect(settings)
        starter = Town(client, clock).client if settings.rehearsal else client
        await plan_schedules(pool, starter, clock, task_queue=TASK_QUEUE)
    finally:
        await pool.close()
