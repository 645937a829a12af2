"""A form that changes something is sent once, and on what it showed: an idempotency key and a version in hidden fields.

``parts.once(version)`` writes them. A form that is shown again after a refusal has a new key, since its content may
change, and the version that there is by now, since the page shows what has changed.
"""

from __future__ import annotations

import uuid
from typing import Annotated, TypeVar

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from console.frame.forms import Form, Sent
from services.problems import Problem

FIELDS = ("key", "version")


class Once(Sent):
    """The hidden fields. ``version``: of the case or sitting, when the form was rendered; 0 where none has begun."""

    key: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{8,64}$")]
    version: Annotated[int, Field(ge=0)]


_ONCE = TypeAdapter(Once)
_Any = TypeVar("_Any")


def new_key() -> str:
    """A key for a form that is being rendered."""
    return uuid.uuid4().hex


def once_of(form: Form[_Any]) -> Once:
    """The hidden fields of a form that was sent. Raises Problem ``bad_form``."""
    try:
        return _ONCE.validate_strings({name: str(form.value(name)) for name in FIELDS})
    except ValidationError:
        raise Problem("bad_form") from None
