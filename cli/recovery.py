"""Is everything as the log says, and if not, what puts it right; and what is erased for good."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json, Lang, Yes
from cli.reading import case_row, words_in
from domain.text.seeking import case_number
from operations import commands, terminal
from operations.commands import BAD_INPUT, DIFFERS, Failed

if TYPE_CHECKING:
    from operations.audit import Report
    from operations.showing import Words

app = typer.Typer()


@app.command(epilog="Example:  hongxiu rebuild --check")
def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit 1 when something differs.")] = False,
    as_json: Json = False,
) -> None:
    """Make every list anew from the log, each beside the live one."""
    differing, rows = commands.run(_rebuild(check))
    if as_json:
        terminal.print_json({"rows": rows, "differing": differing, "rebuilt": not check})
    elif check and differing:
        terminal.bad(f"{len(differing)} differ: {', '.join(differing[:10])}. Put it right with: hongxiu rebuild")
    else:
        made = ", ".join(f"{name} {number}" for name, number in rows.items())
        terminal.good("the lists are what the log says" if check else f"the lists have been made anew: {made}")
    if check and differing:
        raise typer.Exit(DIFFERS)


async def _rebuild(check: bool) -> tuple[list[str], dict[str, int]]:
    """The ids that differ, and how many rows the lists have that were made anew."""
    from operations.connections import opened
    from store import rebuild as rebuilding

    settings = commands.settings()
    with terminal.progress("streams") as step:
        if not check:
            async with opened(settings.owner_database()) as owner:
                return [], dict(await rebuilding.rebuild(owner, progress=lambda done: step(done, 0)))
        async with opened(settings.database()) as pool:
            differing = await rebuilding.compare(pool, progress=lambda done: step(done, 0))
            return [name for names in differing.values() for name in names], {}


@app.command(epilog="Example:  hongxiu audit --repair")
def audit(
    repair: Annotated[
        bool, typer.Option("--repair", help="Start processes that are missing, nudge those that are behind.")
    ] = False,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=256, help="Processes asked at a time.")] = 16,
    as_json: Json = False,
    lang: Lang = "zh-CN",
) -> None:
    """Compare every case in the log with its process in Temporal and with the list. Exit 1 if anything differs.

    With --repair it brings all open cases back, also after Temporal's data was lost.
    """
    report = commands.run(_audit(repair, at_once, as_json, lang), lang)
    if not report.clean:
        raise typer.Exit(DIFFERS)


async def _audit(repair: bool, at_once: int, as_json: bool, lang: str) -> Report:
    from operations import connections
    from operations.audit import Auditor
    from operations.notices import notifier_of
    from runtime.temporal import TASK_QUEUE
    from store.town import clock_on
    from workflows.client import Processes

    settings = commands.settings()
    async with connections.opened(settings.database()) as pool:
        clock = clock_on(pool, rehearsal=settings.rehearsal)
        await clock.refresh()
        client = await connections.temporal_client(settings, clock)
        with terminal.progress("audit") as step:
            auditor = Auditor(
                pool,
                client,
                Processes(client, TASK_QUEUE),
                notifier_of(pool, settings, clock),
                clock,
                at_once=at_once,
                progress=lambda _, done, total: step(done, total),
            )
            report = await auditor.audit()
            if repair:
                report = await auditor.repair(report)
        _show_audit(report, as_json, await words_in(pool, lang))
        return report


def _show_audit(report: Report, as_json: bool, words: Words) -> None:
    from operations.showing import audit_table

    if as_json:
        terminal.print_json({**asdict(report), "clean": report.clean})
        return
    if report.findings or report.repaired:
        terminal.out().print(audit_table(report, words))
    said = words.say(
        f"共 {report.cases} 件，未办结 {report.open} 件，运行中流程 {report.running} 个；",
        f"{report.cases} cases, {report.open} open, {report.running} running; ",
    )
    if not report.clean:
        differ = words.say(f"{len(report.findings)} 处不符。", f"{len(report.findings)} differ. ")
        terminal.bad(said + differ + _next_step(report))
    elif report.repaired:
        terminal.good(said + words.say(f"已修复 {len(report.repaired)} 处", f"{len(report.repaired)} put right"))
    else:
        terminal.good(said + words.say("全部相符", "nothing differs"))


def _next_step(report: Report) -> str:
    kinds = {finding.kind for finding in report.findings}
    if "chain" in kinds:
        return "The log itself was changed: restore it from a backup before anything else."
    if kinds == {"projection_differs"}:
        return "Put it right with: hongxiu rebuild"
    if kinds & {"policy_misfit", "stranded"}:
        return "The policies in force lack what is open: bring it back. See: hongxiu policy check, then load."
    if kinds == {"account_astray"}:
        return "Give these accounts other posts, or shut them, at /admin/accounts."
    return "Look at the workers' logs." if report.repaired else "Put it right with: hongxiu audit --repair"


@app.command(epilog="Example:  hongxiu verify")
def verify(as_json: Json = False) -> None:
    """Recompute the hash of every event in the log and of every row of the access log; exit 1 if one is not what was
    written."""
    from operations.connections import opened
    from store.access import AccessLog
    from store.log import ChainReport, EventLog

    async def check() -> tuple[ChainReport, int | None]:
        with terminal.progress("events") as step:
            async with opened(commands.settings().database()) as pool:
                return await EventLog(pool).verify_all(step), await AccessLog(pool).first_broken()

    report, broken = commands.run(check())
    whole = report.whole and broken is None
    if as_json:
        terminal.print_json({**asdict(report), "access_log_broken_at": broken, "whole": whole})
    elif whole:
        terminal.good(
            f"{report.events} events in {report.streams} streams are as they were written, and the access log"
        )
    for problem in () if as_json else report.problems:
        terminal.bad(f"{problem.stream or 'log'} event {problem.version}: {problem.kind}")
    if broken is not None and not as_json:
        terminal.bad(f"access log row {broken}: altered, or a row before it is missing")
    if not whole:
        raise typer.Exit(DIFFERS)


@app.command(epilog="Example:  hongxiu erase --case NC-2026-000012")
def erase(
    resident: Annotated[str | None, typer.Argument(help="The resident's id (r-…).")] = None,
    case: Annotated[str | None, typer.Option("--case", help="The resident who raised this case.")] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Destroy a resident's key: their words, name and contacts can never be read again. The log stays whole."""
    if (resident is None) == (case is None):
        raise typer.BadParameter("give a RESIDENT or --case NUMBER, one of both")
    commands.run(_erase(resident, (case_number(case) or case) if case else None, yes, as_json))


async def _erase(resident: str | None, case: str | None, yes: bool, as_json: bool) -> None:
    from operations.connections import opened
    from store.residents import Residents

    settings = commands.settings()
    async with opened(settings.owner_database()) as owner:
        if case is not None:
            resident = (await case_row(owner, case)).resident
        if resident is None:
            raise Failed(f"{case} has no resident", BAD_INPUT)
        if not yes and not typer.confirm(f"Erase {resident} for good?", err=True):
            raise typer.Exit(DIFFERS)
        erased = await Residents(owner, settings.master_key()).erase(resident)
    if not erased.known:
        raise Failed(f"There is no resident {resident}.", BAD_INPUT)
    if as_json:
        terminal.print_json(asdict(erased))
        return
    before = " (had been before)" if erased.before else ""
    told = f"{erased.records} sealed records and {len(erased.titles)} titles"
    terminal.good(f"{resident} is erased{before}: {told} can no longer be read")
