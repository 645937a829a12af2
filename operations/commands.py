"""How every command ends: in words with the next step, and an exit code; no traceback for a user's fault."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import asyncpg
import psycopg
import typer

from domain.errors import Refusal
from domain.policy.policy_file import PolicyError
from domain.words.refusal_words import refusal
from operations import terminal
from runtime.settings import Settings, SettingsError, load
from runtime.temporal import TemporalUnavailable
from stack.errors import StackError
from store.errors import SchemaUnknown, SealBroken, StoreUnavailable
from store.rulebook import NoRules
from workflows.client import ProcessUnavailable

OK, DIFFERS, BAD_INPUT, UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 130
T = TypeVar("T")


class Failed(Exception):
    """A command cannot go on: what a person reads, and the exit code."""

    def __init__(self, message: str, code: int = DIFFERS) -> None:
        super().__init__(message)
        self.code = code


def settings(*, attach: bool = True) -> Settings:
    """The settings, from the environment and the running stack. A bad one is the user's fault."""
    try:
        return load(attach=attach)
    except SettingsError as error:
        raise Failed(str(error), BAD_INPUT) from None


def run(work: Coroutine[Any, Any, T], language: str = "zh-CN") -> T:
    """Do an asynchronous command's work."""
    with ending(language):
        return asyncio.run(work)


@contextmanager
def ending(language: str = "zh-CN") -> Iterator[None]:
    """Turns what goes wrong in the block into a message and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        _tell(error, language)


def _tell(error: Exception, language: str) -> NoReturn:
    message, code = _said(error, language)
    if message is None:
        raise error
    terminal.bad(message)
    raise typer.Exit(code) from None


def _said(error: Exception, language: str) -> tuple[str | None, int]:
    """What to print, and the exit code; no message for a mistake of ours, which shows its traceback."""
    if isinstance(error, Failed):
        return str(error), error.code
    if isinstance(error, Refusal):
        return refusal(error.code, language, error.params), BAD_INPUT
    if isinstance(error, PolicyError):
        return str(error), BAD_INPUT
    if isinstance(error, StackError):
        return str(error), error.exit_code
    return _unavailable(error)


def _unavailable(error: Exception) -> tuple[str | None, int]:
    start = "Is the stack running? Start it with: hongxiu up"
    if isinstance(error, SettingsError | NoRules | SchemaUnknown):
        return str(error), UNAVAILABLE
    if isinstance(error, StoreUnavailable | psycopg.OperationalError):
        return f"The database does not answer ({_first_line(error)}). {start}", UNAVAILABLE
    if isinstance(error, TemporalUnavailable | ProcessUnavailable):
        return f"{_first_line(error)}. {start}", UNAVAILABLE
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedFunctionError):
        return "The database has no tables of ours yet. Make them with: hongxiu migrate", UNAVAILABLE
    if isinstance(error, SealBroken):
        return f"{error}. Is HONGXIU_MASTER_KEY_FILE the key that this stack sealed with?", UNAVAILABLE
    if isinstance(error, asyncpg.PostgresError):
        return (
            f"The database refused: {_first_line(error)}. Look at HONGXIU_DATABASE_URL and its role.",
            UNAVAILABLE,
        )
    return None, DIFFERS


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).partition("\n")[0].rstrip(".")
