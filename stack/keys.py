"""The embedded stack's own keys: made once, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from runtime.settings import Settings


def ensure_keys(settings: Settings) -> None:
    """Make the signing secret and the master key on first use. Existing files are left as they are."""
    _ensure(settings.secret_path)
    _ensure(settings.master_key_path)


def _ensure(file: Path) -> None:
    """Written aside and linked into place: a file under this name is always whole."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(secrets.token_hex(32))
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
