"""What operators' commands print: tables in either language, progress, JSON.

Results go to stdout, what goes on meanwhile to stderr.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from domain.words.bilingual import Name

STAND_IN_WIDTH = 120
"""Columns where the output is no terminal: a pipe or a file."""


def out() -> Console:
    """For results."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _width())


def talk() -> Console:
    """For what goes on meanwhile, and for what goes wrong."""
    return Console(stderr=True, highlight=False)


def _width() -> int | None:
    return None if os.environ.get("COLUMNS") else STAND_IN_WIDTH


def print_json(value: object) -> None:
    """``value`` as JSON on stdout, indented."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def json_line(value: object) -> None:
    """``value`` as one line of JSON, at once."""
    print(json.dumps(value, ensure_ascii=False, default=plain), flush=True)


def plain(value: Any) -> object:
    """JSON for what has none of its own: instants in ISO 8601 (UTC), dates, paths, dataclasses."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def table(*columns: str, title: str | None = None, right: Sequence[str] = ()) -> Table:
    """An empty table; the columns in ``right`` hold figures."""
    made = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def label(words: Mapping[str, Name], key: str | None, language: str) -> str:
    """A key in words; the key itself where there are none."""
    if key is None:
        return ""
    return words[key].in_(language) if key in words else key


def link(text: str, url: str) -> Text:
    """Text that terminals which know how make clickable."""
    return Text(text, style=f"link {url}")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr; call what it gives with how many are done of how many. Silent where nobody looks."""
    console = talk()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield advance


def good(text: str) -> None:
    """A line that says that it went well."""
    talk().print(f"[green]✓[/] {escape(text)}", soft_wrap=True)


def note(text: str) -> None:
    """A line that says what is as it should be, and worth knowing."""
    talk().print(f"[yellow]![/] {escape(text)}", soft_wrap=True)


def bad(text: str) -> None:
    """A line that says what is wrong, and what to do about it."""
    talk().print(f"[red]✗[/] {escape(text)}", soft_wrap=True)
