"""``hongxiu case``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from cli.options import CaseNumber, Json, Lang
from cli.processes import event_json
from cli.reading import case_row, words_in
from domain.text.seeking import case_number
from operations import commands, terminal

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
    commands.run(_case_show(case_number(number) or number, as_json, lang), lang)


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
            told = [event_json(event) for event in events]
            terminal.print_json({"case": asdict(row), "events": told, "links": links})
            return
        terminal.out().print(case_page(row, events, await words_in(pool, lang), links))
