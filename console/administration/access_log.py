"""Who saw and did what: the access log, for administrators and supervisors."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.edge.strict import StrictRoute
from api.process import services_of
from console.frame.forms import Form
from console.frame.pages import OnPage, page, with_query
from domain.errors import Refusal
from domain.permission import may_audit
from domain.policy.calendar import SHANGHAI
from domain.text.seeking import account_name, case_number, emergency_id
from store.access import AccessQuery, Outcome, What

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_PAGE = 50
_Text = Annotated[str, Query(max_length=80)]


@router.get("/audit")
async def audit_page(
    request: Request,
    viewer: OnPage,
    account: _Text = "",
    what: _Text = "",
    subject: _Text = "",
    outcome: _Text = "",
    since: Annotated[str, Query(alias="from", max_length=10)] = "",
    until: Annotated[str, Query(alias="to", max_length=10)] = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """The newest first; every filter narrows. Dates are Shanghai's, both inclusive; one that is none is left out."""
    if not may_audit(viewer.actor):
        raise Refusal("forbidden")
    last = _midnight(until)
    query = AccessQuery(
        account=account_name(account) or None,
        what=what or None,
        subject=_subject(subject.strip()) or None,
        outcome=outcome or None,
        since=_midnight(since),
        until=last + timedelta(days=1) if last else None,
        before=before,
        limit=_PAGE + 1,
    )
    rows = await services_of(request).accesses.log.page(query)
    asked = {"account": account, "what": what, "subject": subject, "outcome": outcome, "from": since, "to": until}
    more = with_query("/audit", **asked, before=rows[_PAGE - 1].position) if len(rows) > _PAGE else ""
    first = with_query("/audit", **asked) if before is not None else ""
    return page(
        request,
        "audit.html",
        rows=rows[:_PAGE],
        form=Form(asked),
        whats=get_args(What),
        outcomes=get_args(Outcome),
        more=more,
        first=first,
    )


def _subject(given: str) -> str:
    """A case's or an emergency's number however it was typed; accounts, sittings and policies as they are."""
    return case_number(given) or emergency_id(given) or given


def _midnight(day: str) -> datetime | None:
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        return None
    return datetime.combine(asked, time(), SHANGHAI) if 2000 < asked.year < 2900 else None
