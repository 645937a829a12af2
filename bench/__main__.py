"""``python -m bench [parts] [--quick | --full] [--json FILE] [--write FILE]``."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bench import appending, deciding, figures, history, lists, machine, meetings, memory, opening, overview, responses
from bench import console as pages
from bench.sizes import DEFAULT, FULL, SMALLEST, Sizes
from bench.stack import Stack, running_stack

PARTS: dict[str, Callable[[Stack, Sizes], Coroutine[Any, Any, list[figures.Row]]]] = {
    part.PART: part.measure
    for part in (opening, deciding, appending, history, lists, memory, meetings, responses, pages, overview)
}
TITLES = {
    "open": "Cases opened and waiting",
    "decide": "Decisions over HTTP",
    "append": "Appends to the event log",
    "history": "History of a life",
    "lists": "The case list",
    "memory": "Memory of open cases",
    "meetings": "Meetings",
    "responses": "Joint responses",
    "console": "The console's pages",
    "overview": "The overview",
}
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

app = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
console = Console(width=None if sys.stdout.isatty() else 160)


@app.command()
def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"Which of {', '.join(PARTS)}; all without.")] = None,
    full: Annotated[bool, typer.Option("--full", help="More rounds, 10,000 open cases; half an hour.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Only to see that it runs; the figures mean nothing.")] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds by turns; the middle one counts.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Seconds of a round.")] = None,
    cases: Annotated[int | None, typer.Option(min=1, help="Cases opened in a round.")] = None,
    held: Annotated[int | None, typer.Option(min=1, help="Open cases whose memory is measured.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every figure to this file.")] = None,
    write: Annotated[Path | None, typer.Option(help="Replace what stands between this document's markers.")] = None,
) -> None:
    """Measures this program, each figure beside a baseline measured in the same run.

    Every part starts a stack of its own in a temporary folder and stops it. Run it on a machine that does
    nothing else: the ratios hold better than the figures.
    """
    chosen = parts or list(PARTS)
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(PARTS)}", param_hint="parts")
    asked = {"rounds": rounds, "seconds": seconds, "cases": cases, "held": held}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    sizes = replace(FULL if full else SMALLEST if quick else DEFAULT, **given)
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    described = machine.describe()
    console.print(" · ".join(f"{key} {value}" for key, value in described.items()), style="dim")
    measured = {part: _measured(part, sizes) for part in chosen}
    options = [*(parts or []), *(f"--{name} {value}" for name, value in given.items())]
    options += ["--full"] if full else ["--quick"] if quick else []
    command = f"make bench ARGS='{' '.join(options)}'" if options else "make bench"
    if json_file is not None:
        json_file.write_text(_as_json(described, command, measured), "utf-8")
    if write is not None:
        _write(write, _as_markdown(described, command, measured))


def _measured(part: str, sizes: Sizes) -> list[figures.Row]:
    began = time.monotonic()
    with console.status(f"{TITLES[part]} …"):
        rows = asyncio.run(_on_a_stack(part, sizes))
    console.print(figures.table(f"{TITLES[part]} ({time.monotonic() - began:.0f} s)", rows))
    return rows


async def _on_a_stack(part: str, sizes: Sizes) -> list[figures.Row]:
    async with running_stack(rehearsal=part == history.PART) as stack:
        return await PARTS[part](stack, sizes)


def _as_json(described: dict[str, str], command: str, measured: Mapping[str, Sequence[figures.Row]]) -> str:
    rows = [row.as_json() for rows in measured.values() for row in rows]
    return json.dumps({"machine": described, "command": command, "rows": rows}, ensure_ascii=False, indent=2) + "\n"


def _as_markdown(described: dict[str, str], command: str, measured: Mapping[str, Sequence[figures.Row]]) -> str:
    told = [f"- {key}: {value}" for key, value in {"command": f"`{command}`", **described}.items()]
    tables = [f"### {TITLES[part]}\n\n{figures.markdown(rows)}" for part, rows in measured.items()]
    return "\n\n".join(["\n".join(told), *tables])


def _write(document: Path, text: str) -> None:
    """Replaces what stands between the markers. Exits with 2 where there are none."""
    before, begin, rest = document.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise typer.BadParameter(f"{document} has no {BEGIN} … {END}", param_hint="--write")
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    app()
