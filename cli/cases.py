"""``hongxiu case``."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import CaseNumber, Json, Lang
from cli.reading import case_row, words_in
from operations import commands, terminal

if TYPE_CHECKING:
    from operations.showing import Words
    from store.log import StoredEvent

case_app = typer.Typer(no_args_is_help=True, help="Look at cases.", epilog="Example:  hongxiu case list --overdue")


@case_app.command("list", epilog="Example:  hongxiu case list --overdue --community laocheng")
def case_list(
    tier: Annotated[str | None, typer.Option(help="estate, community or alliance.")] = None,
    stage: Annotated[str | None, typer.Option(help="contact, check_in, action …")] = None,
    estate: Annotated[str | None, typer.Option(help="An estate's id.")] = None,
    community: Annotated[str | None, typer.Option(help="A community's id.")] = None,
    category: Annotated[str | None, typer.Option(help="A category's id.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those overdue.")] = False,
    supervised: Annotated[bool, typer.Option("--supervised", help="Only those under supervision.")] = False,
    closed: Annotated[bool, typer.Option("--all", help="Closed ones as well.")] = False,
    q: Annotated[str | None, typer.Option("--search", "-q", help="Words of the title, or a number.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    as_json: Json = False,
    lang: Lang = "zh-CN",
) -> None:
    """Open cases, newest first."""
    from store.cases import CaseQuery

    query = CaseQuery(
        tier=tier,
        stage=stage,
        estate=estate,
        community=community,
        category=category,
        q=q,
        limit=limit,
        overdue=overdue or None,
        supervised=supervised or None,
        open=None if closed else True,
    )
    commands.run(_case_list(query, as_json, lang), lang)


async def _case_list(query: Any, as_json: bool, lang: str) -> None:
    from operations.connections import opened
    from operations.showing import case_list as as_table
    from store.cases import CaseList

    async with opened(commands.settings().database()) as pool:
        cases = CaseList(pool)
        page, total = await cases.page(query), await cases.count(query)
        if as_json:
            terminal.print_json({"items": [asdict(row) for row in page.items], "total": total})
            return
        words = await words_in(pool, lang)
        terminal.out().print(as_table(page.items, words))
        terminal.out().print(words.say(f"共 {total} 件，列出 {len(page.items)}", f"{len(page.items)} of {total}"))


@case_app.command("show", epilog="Example:  hongxiu case show NC-2026-000012")
def case_show(number: CaseNumber, as_json: Json = False, lang: Lang = "zh-CN") -> None:
    """One case: where it stands, what it waits for, and its whole story."""
    commands.run(_case_show(number.upper(), as_json, lang), lang)


async def _case_show(number: str, as_json: bool, lang: str) -> None:
    from operations.connections import opened
    from operations.showing import case_page
    from store.log import EventLog

    settings = commands.settings()
    links = {
        "Temporal": f"{settings.temporal_ui_url}/namespaces/{settings.temporal_namespace}/workflows/{number}",
        "Console": f"{settings.public_url}/cases/{number}",
    }
    async with opened(settings.database()) as pool:
        row = await case_row(pool, number)
        events = await EventLog(pool).read(number)
        if as_json:
            told = [_event_json(event) for event in events]
            terminal.print_json({"case": asdict(row), "events": told, "links": links})
            return
        terminal.out().print(case_page(row, events, await words_in(pool, lang), links))


@case_app.command("watch", epilog="Example:  hongxiu case watch NC-2026-000012")
def case_watch(
    number: Annotated[str | None, typer.Argument(help="One case; without it, all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    lang: Lang = "zh-CN",
) -> None:
    """What happens, as it happens, until Ctrl-C."""
    commands.run(_case_watch(number.upper() if number else None, as_json, lang), lang)


async def _case_watch(number: str | None, as_json: bool, lang: str) -> None:
    from operations.connections import opened
    from store.log import EventLog

    async with opened(commands.settings().database()) as pool:
        if number is not None:
            await case_row(pool, number)
        words, log = await words_in(pool, lang), EventLog(pool)
        position = await log.last_position()
        terminal.good("watching; Ctrl-C ends it")
        while True:
            events = await log.feed(position)
            for event in events:
                position = event.position
                if number in (None, event.stream):
                    _tell_event(event, words, as_json)
            if not events:
                await asyncio.sleep(0.5)


def _tell_event(event: StoredEvent, words: Words, as_json: bool) -> None:
    from operations.showing import event_line

    if as_json:
        terminal.json_line(_event_json(event))
    else:
        terminal.out().print(event_line(event, words), soft_wrap=True)


def _event_json(event: StoredEvent) -> dict[str, Any]:
    return {
        "case": event.stream,
        "version": event.version,
        "type": event.type,
        "at": event.occurred_at,
        "actor": event.actor,
        "data": event.data,
        "hash": event.hash,
    }
