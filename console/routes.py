"""The console's pages, put together."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from console import notices, town, work
from console.administration import access_log, accounts, policies, system
from console.cases import case, case_list, exports
from console.emergencies import declaring, reporting, room, standing_down
from console.frame import assets, gallery
from console.frame.navigation import entry_of
from console.frame.pages import problem_page
from console.overview import overview
from console.processes import pages as processes
from console.residents import counter, pages
from console.sign_in import account, signing_in
from console.sittings import business, dates, meeting_mode, session, sitting, timetable
from store.registry import Registry

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    signing_in.router,
    account.router,
    work.router,
    case_list.router,  # before a case, whose number stands where they have a word
    exports.router,
    case.router,
    room.router,
    reporting.router,
    standing_down.router,
    declaring.router,
    timetable.router,
    sitting.router,
    dates.router,
    business.router,
    session.router,
    meeting_mode.router,
    overview.router,
    notices.router,
    counter.router,
    access_log.router,
    system.router,
    policies.router,
    accounts.router,
    pages.router,
)


def include_console(app: FastAPI, registry: Registry, *, rehearsal: bool) -> None:
    """Adds the pages to the application, for kinds of process without any of their own plain ones; in rehearsal, also
    the clock, and the page that shows every component."""
    plain = processes.plain_kinds(registry, processes.routes_of(ROUTERS))
    for router in (*ROUTERS, processes.router_for(plain)):
        app.include_router(router)
    app.state.plain = tuple(entry_of(entry.process) for entry in plain)
    if rehearsal:
        app.include_router(gallery.router)
        app.include_router(town.router)
    app.state.problem_page = problem_page
