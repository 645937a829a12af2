"""The console's pages, put together."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from console import (
    account,
    admin_accounts,
    admin_policies,
    administration,
    assets,
    audit,
    case_list,
    cases,
    counter,
    emergencies,
    exports,
    gallery,
    meeting_mode,
    meetings,
    notices,
    overview,
    residents,
    signing_in,
    sittings,
    town,
    work,
)
from console.pages import problem_page

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    signing_in.router,
    account.router,
    work.router,
    case_list.router,  # before a case, whose number stands where they have a word
    exports.router,
    cases.router,
    emergencies.router,
    meetings.router,
    sittings.router,
    meeting_mode.router,
    overview.router,
    notices.router,
    counter.router,
    audit.router,
    administration.router,
    admin_policies.router,
    admin_accounts.router,
    residents.router,
)


def include_console(app: FastAPI, *, rehearsal: bool) -> None:
    """Adds the pages to the application; in rehearsal, also the clock, and the page that shows every component."""
    for router in ROUTERS:
        app.include_router(router)
    if rehearsal:
        app.include_router(gallery.router)
        app.include_router(town.router)
    app.state.problem_page = problem_page
