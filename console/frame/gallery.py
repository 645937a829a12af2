"""In rehearsal: every component of the style sheet on one page, for who builds another page."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.strict import StrictRoute
from api.process import services_of
from console.frame.forms import Form
from console.frame.pages import OnPage, page

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


@router.get("/gallery")
async def gallery(request: Request, viewer: OnPage) -> Response:
    """The components, with made-up contents."""
    now = services_of(request).clock.now()
    lengths = (timedelta(hours=-5), timedelta(hours=3), timedelta(days=12))
    form = Form[None]({"title": "3号楼电梯"}, {"reason": "", "": ""})
    return page(request, "gallery.html", untils=[now + length for length in lengths], form=form)
