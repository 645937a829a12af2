"""Photographs of cases, over HTTP: for officers in whose scope a case is, and for the resident with number and code."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials
from starlette.responses import Response

from api.cases.routes import Number, check_code, teller
from api.cases.schemas import PhotosAdded
from api.edge.accesses import address_of
from api.edge.answers import NO_STORE, IdempotencyKey, answer, documented
from api.edge.bodies import MULTIPART, media_type, streams
from api.edge.multipart import parts
from api.edge.strict import StrictRoute
from api.process import services_of
from api.sign_in.sessions import COOKIE
from api.sign_in.signed_in import BEARER, signed_in
from domain.case import MOST_PHOTOS
from domain.errors import Refusal
from domain.permission import RESIDENT, Actor
from services.problems import Problem
from services.redrawing import MOST_BYTES
from store.photos import NewPhoto

router = APIRouter(route_class=StrictRoute, tags=["photographs"])

MOST_KB = MOST_PHOTOS * MOST_BYTES // 1024 + 64
"""A whole body: as many photographs as a case takes, each as long as it may be."""

_Code = Annotated[str | None, Query(max_length=40, description="The resident's code, instead of a sign-in.")]
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {
                        "code": {"type": "string", "description": "The resident's code; before the photographs."},
                        "photo": {"type": "string", "format": "binary", "description": "JPEG, PNG or WebP."},
                    },
                }
            }
        },
    }
}


async def _caller(request: Request, number: Number, code: _Code = None, bearer: _Bearer = None) -> Actor | None:
    """Who calls: the resident with the code, or an officer; None where nobody has said yet."""
    if code is not None:
        check_code(request, number, code)
        return RESIDENT
    if "authorization" not in request.headers and COOKIE not in request.cookies:
        return None
    return await signed_in(request, bearer)


@router.post(
    "/cases/{number}/photos",
    status_code=201,
    response_model=PhotosAdded,
    summary="Add photographs",
    responses=documented(401, 403, 404, 409, 415, 429),
    openapi_extra=_SENT,
)
@streams(up_to_kb=MOST_KB)
async def add_photos(
    request: Request, number: Number, caller: Annotated[Actor | None, Depends(_caller)], key: IdempotencyKey
) -> Response:
    """Photographs of a case: JPEG, PNG or WebP of at most 32 MB each, six for a case. They are drawn anew as JPEG
    without metadata, and sealed as the resident's words are. The same file again is the same photograph."""
    services = services_of(request)
    if caller is None or caller.role == "resident":
        services.limits.photograph(address_of(request))
    caller, photos = await _sent(request, number, caller)
    if not photos:
        raise Problem("no_photo")
    state, rows = await services.photographs.add(number, caller, photos, key=key)
    views = (await teller(request, state)).photos(number, rows)
    added = PhotosAdded(**views[0].model_dump(), version=state.version, photos=views)
    return answer(added, 201, {"location": views[0].url, **NO_STORE})


async def _sent(request: Request, number: str, caller: Actor | None) -> tuple[Actor, list[NewPhoto]]:
    """Who sends, and the photographs; who may not send any is told before one is decoded."""
    services, photos = services_of(request), list[NewPhoto]()
    if caller is not None:
        await services.photographs.check(number, caller)
    elif media_type(request.headers.get("content-type", "")) != MULTIPART:
        raise Problem("unauthenticated")
    async for part in parts(request, file_bytes=MOST_BYTES):
        if not part.is_file:
            if part.name == "code" and caller is None:
                check_code(request, number, part.text)
                caller = RESIDENT
                await services.photographs.check(number, caller)
            continue
        if caller is None:
            raise Problem("unauthenticated")
        if len(photos) == MOST_PHOTOS:
            raise Refusal("too_many_photos", limit=MOST_PHOTOS, there=0)
        photos.append(await services.pictures.of_upload(part))
    if caller is None:
        raise Problem("unauthenticated")
    return caller, photos


@router.get(
    "/cases/{number}/photos/{photo}",
    summary="Read a photograph",
    response_class=Response,
    responses={**documented(401, 403, 404, 429), 200: {"content": {"image/jpeg": {}}, "description": "JPEG."}},
)
async def read_photo(
    request: Request,
    number: Number,
    caller: Annotated[Actor | None, Depends(_caller)],
    photo: Annotated[str, Path(max_length=80)],
    size: Literal["picture", "thumbnail"] = "picture",
) -> Response:
    """A photograph, for officers in whose scope the case is and for the resident with the code."""
    services = services_of(request)
    if caller is None:
        raise Problem("unauthenticated")
    if caller.role == "resident":
        services.limits.follow(address_of(request))
    else:
        await services.casework.readable(number, caller)
        if caller.role != "officer":  # as with the resident's words
            raise Refusal("forbidden")
        await services.accesses.read_personal(request, caller, number)
    return jpeg(await services.photographs.read(number, photo, size), photo)


def jpeg(content: bytes, photo: str) -> Response:
    """A photograph as it is served: kept by nobody, named by its random id, able to do nothing."""
    headers = {**NO_STORE, "content-disposition": f'inline; filename="{photo}.jpg"'}
    return Response(content, 200, headers, "image/jpeg")
