"""Sign-in over the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    ConfigDict,
    StringConstraints,
)

from api.edge.wire import Answer
from domain.text.writing import Writable
from services.requests import RequestBody


class SignIn(RequestBody):
    """A name and password; ``capacity`` names one of the account's posts, by unit or as ``role:unit``."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "estate-mudan-garden", "password": "nancheng"}]}
    )

    username: Annotated[str, StringConstraints(min_length=1, max_length=200), Writable]
    password: Annotated[str, StringConstraints(max_length=1024), Writable]
    capacity: Annotated[str, StringConstraints(max_length=200), Writable] | None = None


class PostView(Answer):
    """One post: a role at a unit or department; supervisors and administrators have no unit."""

    role: str
    unit: str | None


class Token(Answer):
    """Send it as ``Authorization: Bearer``. ``expires_in`` is in seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int
    capacity: PostView
    posts: list[PostView]
