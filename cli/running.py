"""Runs the stack, a part of it, or the demo on it."""

from __future__ import annotations

import asyncio
import runpy
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json, Lang
from operations import commands, terminal
from operations.commands import BAD_INPUT, DIFFERS, UNAVAILABLE, Failed

if TYPE_CHECKING:
    pass

app = typer.Typer()


@app.command(epilog="Example:  HONGXIU_REHEARSAL=1 hongxiu up")
def up() -> None:
    """Run the embedded stack until Ctrl-C: PostgreSQL, Temporal with its UI, worker and API."""
    from stack.supervisor import up as run_stack

    with commands.ending():
        code = asyncio.run(run_stack(commands.settings(attach=False)))
    raise typer.Exit(code)


@app.command(epilog="Example:  HONGXIU_API_PORT=8001 hongxiu api")
def api() -> None:
    """Run one API process on the settings' database and Temporal."""
    runpy.run_module("server", run_name="__main__")


@app.command(epilog="Example:  hongxiu worker")
def worker() -> None:
    """Run one worker process on the settings' database and Temporal."""
    with commands.ending():
        commands.settings().database()
        runpy.run_module("worker", run_name="__main__")


@app.command(epilog="Example:  HONGXIU_DATABASE_OWNER_URL=postgresql://owner@db/hongxiu hongxiu migrate")
def migrate() -> None:
    """Bring the database, Temporal's search attributes and the policies up to date. Harmless when repeated."""
    from stack.prepare import prepare
    from store.migrate import current

    with commands.ending():
        settings = commands.settings()
        for line in asyncio.run(prepare(settings)):
            terminal.note(line)
        terminal.good(f"the schema is at {current(settings.owner_database())}")


@app.command(epilog="Example:  hongxiu demo            (on a stack started with HONGXIU_REHEARSAL=1 make up)")
def demo(
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Play only the cases with these keys; may be repeated.")
    ] = None,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=64, help="Cases played at a time.")] = 8,
    as_json: Json = False,
    lang: Lang = "zh-CN",
) -> None:
    """File some forty issues through the HTTP API and play a quarter, sitting by sitting, with skipped time."""
    from demo.report import show
    from demo.run import NotThere, play_demo

    async def play() -> bool:
        try:
            report = await play_demo(commands.settings(), only=only or (), at_once=at_once, language=lang)
        except NotThere as error:
            raise Failed(str(error), UNAVAILABLE) from None
        except ValueError as error:
            raise Failed(str(error), BAD_INPUT) from None
        show(report, as_json=as_json, language=lang)
        return report.went_well

    if not commands.run(play(), lang):
        raise typer.Exit(DIFFERS)
