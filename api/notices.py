"""The inbox: what a post's unit was told of its meetings and of joint responses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.edge.answers import answer, documented
from api.edge.strict import StrictRoute
from api.edge.wire import Answer
from api.process import services_of
from api.sign_in.signed_in import SignedIn
from domain.notices import CaseNoticeKind, NoticeKind, ResponseNoticeKind
from services.problems import Problem
from services.scope import scope_of
from store.notices import Notice, Notices

router = APIRouter(route_class=StrictRoute, tags=["notices"])


class NoticeView(Answer):
    """A notice of a ``sitting``, an ``emergency`` or a case; the others are null. ``status``: ``inbox`` where nothing
    else is set up for the unit."""

    id: str
    unit: str
    kind: NoticeKind | ResponseNoticeKind | CaseNoticeKind
    sitting: str | None
    emergency: str | None
    case_number: str | None
    subject: str
    body: str
    made_at: datetime
    channel: Literal["inbox", "outside"]
    status: Literal["inbox", "pending", "sent", "failed"]
    attempts: int
    failure: str | None
    sent_at: datetime | None
    read_at: datetime | None


class NoticePage(Answer):
    """Newest first; ``next_cursor`` is null on the last page."""

    items: list[NoticeView]
    next_cursor: str | None


@router.get("/notices", response_model=NoticePage, summary="The inbox", responses=documented(401))
async def list_notices(
    request: Request,
    actor: SignedIn,
    unread: Annotated[bool, Query(description="Only those that nobody of the unit has read.")] = False,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """What your unit or department was told of its meetings, and of its tasks in joint responses; supervisors and
    administrators see every unit's."""
    sees_all = scope_of(actor).everything
    if actor.unit is None and not sees_all:
        return answer(NoticePage(items=[], next_cursor=None))
    unit = None if sees_all else actor.unit
    found = await Notices(services_of(request).pool).list(unit, unread=unread, after=cursor, limit=limit + 1)
    items = [_view(notice) for notice in found[:limit]]
    return answer(NoticePage(items=items, next_cursor=items[-1].id if len(found) > limit else None))


@router.post(
    "/notices/{notice_id}/read",
    response_model=NoticeView,
    summary="Mark a notice as read",
    responses=documented(401, 404),
)
async def read_notice(request: Request, actor: SignedIn, notice_id: str) -> Response:
    """Your unit has read it. Again, it stays as it is; another unit's notice is not found."""
    if actor.unit is None:
        raise Problem("not_found")
    notice = await Notices(services_of(request).pool).read(notice_id, actor.unit, services_of(request).clock.now())
    if notice is None:
        raise Problem("not_found")
    return answer(_view(notice))


def _view(notice: Notice) -> NoticeView:
    return NoticeView(**{name: getattr(notice, name) for name in NoticeView.model_fields})
