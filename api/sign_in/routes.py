"""Sign-in: a password for a token; a token, or a session's cookie, for an actor in one capacity (交叉任职: one post
at a time)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.answers import NO_STORE, answer, documented
from api.edge.strict import StrictRoute
from api.sign_in.schemas import PostView, SignIn, Token
from api.sign_in.signed_in import signing_in
from api.sign_in.tokens import VALID_FOR
from services.problems import Problem

router = APIRouter(route_class=StrictRoute, tags=["sign-in"])


@router.post("/token", response_model=Token, summary="Sign in", responses=documented(401, 403, 415, 429))
async def token(request: Request, body: SignIn) -> Response:
    """Gives a token for one capacity of the account: the one named, or the first."""
    services = request.app.state.services
    account, post = await signing_in(request, body)
    if account.change_by is not None:
        raise Problem("password_must_change")
    posts = [PostView(role=held.role, unit=held.unit) for held in account.posts]
    issued = Token(
        access_token=services.tokens.issue(account.id, post, account.generation),
        expires_in=int(VALID_FOR.total_seconds()),
        capacity=PostView(role=post.role, unit=post.unit),
        posts=posts,
    )
    return answer(issued, headers=NO_STORE)
