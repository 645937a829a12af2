"""Opens everything that a request needs, once for the process, and keeps it fresh."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from activities.emergencies import Emergencies
from api.edge.accesses import Accesses
from api.process import Services
from api.sign_in.case_passes import Passes
from api.sign_in.sessions import Sessions
from api.sign_in.single_sign_on import SingleSignOn
from api.sign_in.tokens import Tokens
from domain.signals import ProcessKind
from runtime import temporal
from runtime.background import Loop
from runtime.metrics import Metrics
from runtime.rehearsal import Town
from runtime.settings import Settings
from services.accounts import People
from services.audiences import audiences_of
from services.calendars import Calendars
from services.casework import Casework
from services.desk import Desk
from services.feed import Feed
from services.joint_responses import JointResponses
from services.overview import Surveys
from services.photographs import Photographs
from services.policy_desk import PolicyDesk
from services.redrawing import Pictures
from services.resident_limits import Limits
from services.sending import Running
from services.sign_ins import SignIns
from services.sittings import SittingDesk
from services.throttle import Guesses
from services.town import Rehearsing
from store import database
from store.cases import CaseList
from store.errors import StoreUnavailable
from store.log import EventLog
from store.registry import CASES, REGISTRY, RESPONSES, SITTINGS, Registry
from store.residents import Residents
from store.rulebook import NoRules, Rulebook
from store.town import clock_on
from workflows.client import Processes

log = structlog.get_logger()

_REFRESH_SECONDS = 5.0
_FIRST_SECONDS = 0.2
_CONNECT_AGAIN_SECONDS = 0.5


async def open_services(settings: Settings, registry: Registry = REGISTRY) -> Services:
    """Opens what can be opened, and goes on trying for what is away."""
    pool = await database.connect(settings.database(), min_size=0, max_size=20)
    rulebook, events, secret = Rulebook(pool), EventLog(pool), settings.secret()
    metrics, cases, sign_ins = Metrics(), CaseList(pool), SignIns(pool, secret)
    running = Running()
    clock = clock_on(pool, rehearsal=settings.rehearsal)
    responses = JointResponses(pool, events, running, rulebook, clock, Emergencies(pool, rulebook, running.required))
    residents, meetings = Residents(pool, settings.master_key()), SittingDesk(pool, events, running, rulebook, clock)
    own: dict[ProcessKind, Desk[Any, Any]] = {SITTINGS.id: meetings, RESPONSES.id: responses}
    desks = {
        entry.id: own.get(entry.id) or Desk[Any, Any](pool, events, running, rulebook, clock, entry)
        for entry in registry
        if entry is not CASES
    }
    audiences = {entry.id: audiences_of(entry, pool, rulebook) for entry in registry}
    casework = Casework(pool, events, running, residents, rulebook, responses, clock, secret)
    services = Services(
        settings=settings,
        pool=pool,
        rulebook=rulebook,
        tokens=Tokens(secret),
        cases=cases,
        log=events,
        sign_ins=sign_ins,
        sessions=Sessions(pool, secret),
        accesses=Accesses(pool),
        metrics=metrics,
        codes=Guesses(each=8, address=300),
        sittings=meetings,
        joint_responses=responses,
        running=running,
        feed=Feed(events, audiences, metrics),
        registry=registry,
        desks=desks,
        calendars=Calendars(pool, events, meetings, secret),
        single_sign_on=SingleSignOn(settings, secret) if settings.oidc_issuer else None,
        casework=casework,
        limits=Limits(),
        pictures=Pictures(),
        photographs=Photographs(pool, residents, casework, clock),
        passes=Passes(secret),
        policy_desk=PolicyDesk(pool, running.required, settings.policies, rulebook),
        people=People(pool, sign_ins, rulebook),
        surveys=Surveys(pool, rulebook, clock),
        clock=clock,
    )
    beside = [
        Loop("rules", lambda: _look_for_rules(services)),
        Loop("accounts", lambda: _look_for_accounts(services)),
        Loop("temporal", lambda: _connect_to_temporal(services)),
    ]
    services.loops = [*beside, services.feed.poller]
    for loop in beside:
        loop.start()
    await asyncio.gather(*(loop.first_turn() for loop in beside[:2]))
    return services


async def _look_for_rules(services: Services) -> float:
    """Newer policies, as they come. One that cannot be read leaves the ones at hand in force."""
    try:
        await services.rulebook.refresh()
    except (NoRules, StoreUnavailable) as error:
        log.warning("the policies cannot be read", error=str(error))
        return _FIRST_SECONDS
    return _REFRESH_SECONDS


async def _look_for_accounts(services: Services) -> float:
    """Changed accounts, as they come."""
    try:
        await services.sign_ins.refresh()
    except StoreUnavailable as error:
        log.warning("the accounts cannot be read", error=str(error))
        return _FIRST_SECONDS
    return _REFRESH_SECONDS


async def _connect_to_temporal(services: Services) -> float | None:
    """Once it is connected, the connection keeps itself."""
    settings = services.settings
    try:
        client = await temporal.connect(settings)
    except temporal.TemporalUnavailable as error:
        log.warning("Temporal cannot be reached", error=str(error))
        return _CONNECT_AGAIN_SECONDS
    if settings.rehearsal:
        _rehearse(services, Town(client, services.clock))
    else:
        services.running.processes = Processes(client, temporal.TASK_QUEUE, services.registry.kinds)
    services.temporal = client
    return None


def _rehearse(services: Services, town: Town) -> None:
    """The town's one clock, and who looks after it."""
    processes = Processes(town.client, temporal.TASK_QUEUE, services.registry.kinds)
    services.running.processes = processes
    services.rehearsing = Rehearsing(
        services.pool, services.clock, town, processes, services.rulebook, services.registry
    )
    keeper = Loop("town", services.rehearsing.keep)
    services.loops.append(keeper)
    keeper.start()
