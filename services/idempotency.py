"""What makes the same request twice one request: its key's claim, its command's id, its body's fingerprint."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid

from pydantic import BaseModel

from domain.permission import Actor

_COMMANDS = uuid.UUID("6f1a1c52-37a4-5b0e-9d0a-5a0c7c1d9b11")


def claim_key(what: str, actor: Actor, key: str | None) -> str:
    """What a key is kept under: an account's own, for one kind of request. Without a key, one that never was."""
    text = json.dumps([what, actor.id, key if key is not None else uuid.uuid4().hex])
    return str(uuid.uuid5(_COMMANDS, text))


def command_id(claimed: str) -> str:
    """The claimed key in 22 characters: a decision's id is in its history ten times."""
    return base64.urlsafe_b64encode(uuid.UUID(claimed).bytes).decode().rstrip("=")


def fingerprint(what: str, body: BaseModel) -> str:
    """The SHA-256 of what was asked, in hexadecimal."""
    text = json.dumps([what, body.model_dump(mode="json")], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
