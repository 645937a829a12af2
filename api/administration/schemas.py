"""Policies and accounts over the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
)

from api.edge.wire import Answer, Instant
from domain.policy.policy_set import PolicyKind
from domain.text.seeking import account_name
from domain.text.writing import Writable
from services.requests import RequestBody

_Capacity = Annotated[str, StringConstraints(min_length=1, max_length=120), Writable]


def _name(given: Any) -> Any:
    return account_name(given) if isinstance(given, str) else given


AccountId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", min_length=2, max_length=64),
    BeforeValidator(_name),
]
_PolicyText = Annotated[str, StringConstraints(max_length=256 * 1024), Writable]
_FileName = Annotated[str, StringConstraints(min_length=1, max_length=80), Writable]


class PolicyFiles(RequestBody):
    """A policy's file by its name; of an organisation, tables by theirs."""

    kind: PolicyKind
    files: Annotated[dict[_FileName, _PolicyText], Field(min_length=1, max_length=4)]


class PolicyLoad(RequestBody):
    """A policy's text. ``after``: the dry run's ``basis``."""

    kind: PolicyKind
    text: _PolicyText
    after: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class PolicyView(Answer):
    """A version of a policy."""

    kind: str
    name: str
    version: str
    sha256: str
    loaded_at: Instant


class PolicyText(PolicyView):
    """A version with its text."""

    text: str


class PolicyList(Answer):
    """Versions of policies."""

    items: list[PolicyView]


class FieldView(Answer):
    """A field, before and after."""

    field: str
    before: Any
    after: Any


class ChangeView(Answer):
    """An entry of the organisation: ``added``, ``removed`` or ``changed``."""

    what: str
    id: str
    how: str
    fields: list[FieldView]


class PolicyDraft(Answer):
    """What a policy would change. ``base``: what is in force in its place (``nancheng@2``); ``basis``: the digest of
    everything that is in force. ``state``: ``new``; ``in_force``, this very version is; ``superseded``, it was.
    ``waits``: how many waits of cases move with the ``sittings``; ``elsewhere``: open cases by estate that belong to
    other units then; ``astray``: accounts with posts that there are no longer; ``refused``: why it cannot be loaded
    now."""

    name: str
    version: str
    text: str
    state: Literal["new", "in_force", "superseded"]
    base: str | None
    basis: str
    changes: list[ChangeView]
    lines: list[str]
    waits: int
    sittings: list[str]
    elsewhere: dict[str, int]
    cancelled: list[str]
    astray: list[str]
    refused: list[str]


class NewAccount(RequestBody):
    """A new account and its posts, ``role:unit`` each."""

    id: AccountId
    posts: Annotated[list[_Capacity], Field(min_length=1, max_length=20)]


class HeldPosts(RequestBody):
    """All posts of an account, ``role:unit`` each."""

    posts: Annotated[list[_Capacity], Field(max_length=20)]


class AccountView(Answer):
    """An account. ``change_by``: its password is a one-time one, good until then. ``astray``: posts that there are no
    longer."""

    id: str
    posts: list[str]
    disabled: bool
    change_by: Instant | None
    locked_until: Instant | None
    sessions: int
    astray: list[str]


class NewAccountView(AccountView):
    """An account with its one-time password."""

    password: str


class AccountList(Answer):
    """Accounts by id."""

    items: list[AccountView]
