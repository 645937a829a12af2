"""``hongxiu process``: processes of any kind in the registry."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Json, Lang
from cli.reading import words_in
from operations import commands, terminal
from operations.commands import BAD_INPUT, Failed

if TYPE_CHECKING:
    from operations.showing import Words
    from store.log import StoredEvent

process_app = typer.Typer(
    no_args_is_help=True,
    help="Look at processes of any kind: cases, sittings, joint responses …",
    epilog="Example:  hongxiu process list sitting",
)


@process_app.command("list", epilog="Example:  hongxiu process list response --all")
def process_list(
    kind: Annotated[str, typer.Argument(help="A kind of process, as case, sitting, response.")],
    closed: Annotated[bool, typer.Option("--all", help="Closed ones as well.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    as_json: Json = False,
    lang: Lang = "zh-CN",
) -> None:
    """Open processes of a kind, those that began last first: where each stands, and what it waits for."""
    commands.run(_list(kind, closed, limit, as_json, lang), lang)


async def _list(kind: str, closed: bool, limit: int, as_json: bool, lang: str) -> None:
    from operations.connections import opened
    from operations.processes import as_json as in_json
    from operations.processes import newest, process_list
    from store.registry import REGISTRY

    known = [entry.id for entry in REGISTRY]
    if kind not in known:
        raise Failed(f"There is no kind of process {kind}; there are: {', '.join(known)}", BAD_INPUT)
    async with opened(commands.settings().database()) as pool:
        found = await newest(pool, REGISTRY.called(kind), closed=closed, limit=limit)
        if as_json:
            terminal.print_json({"items": [in_json(one, lang) for one in found]})
        else:
            terminal.out().print(process_list(found, lang))


@process_app.command("show", epilog="Example:  hongxiu process show laocheng-2026-12")
def process_show(
    process: Annotated[str, typer.Argument(help="A process's id, as in the Temporal UI.")],
    as_json: Json = False,
    lang: Lang = "zh-CN",
) -> None:
    """One process of any kind: where it stands, what it waits for, and its whole story."""
    commands.run(_show(process, as_json, lang), lang)


async def _show(process: str, as_json: bool, lang: str) -> None:
    from operations.connections import opened
    from operations.processes import as_json as in_json
    from operations.processes import process_page
    from store.log import EventLog
    from store.registry import REGISTRY

    async with opened(commands.settings().database()) as pool:
        rows = await EventLog(pool).read(process)
        found = REGISTRY.found(rows)
        if found is None:
            raise Failed(f"There is no process {process}. List them with: hongxiu process list KIND", BAD_INPUT)
        if as_json:
            terminal.print_json({**in_json(found, lang), "events": [event_json(row) for row in rows]})
        else:
            terminal.out().print(process_page(found, rows, await words_in(pool, lang)))


@process_app.command("watch", epilog="Example:  hongxiu process watch laocheng-2026-12")
def process_watch(
    process: Annotated[str | None, typer.Argument(help="One process; without it, all of every kind.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    lang: Lang = "zh-CN",
) -> None:
    """What happens, as it happens, until Ctrl-C."""
    commands.run(_watch(process, as_json, lang), lang)


async def _watch(process: str | None, as_json: bool, lang: str) -> None:
    from operations.connections import opened
    from store.log import EventLog

    async with opened(commands.settings().database()) as pool:
        words, log = await words_in(pool, lang), EventLog(pool)
        if process is not None and not await log.read(process, 0, 1):
            raise Failed(f"There is no process {process}.", BAD_INPUT)
        position = await log.last_position()
        terminal.good("watching; Ctrl-C ends it")
        while True:
            events = await log.feed(position)
            for event in events:
                position = event.position
                if process in (None, event.stream):
                    _tell(event, words, as_json)
            if not events:
                await asyncio.sleep(0.5)


def _tell(event: StoredEvent, words: Words, as_json: bool) -> None:
    from operations.showing import event_line

    if as_json:
        terminal.json_line(event_json(event))
    else:
        terminal.out().print(event_line(event, words), soft_wrap=True)


def event_json(event: StoredEvent) -> dict[str, Any]:
    """An event as a program reads it."""
    return {
        "process": event.stream,
        "version": event.version,
        "type": event.type,
        "at": event.occurred_at,
        "actor": event.actor,
        "data": event.data,
        "hash": event.hash,
    }
