"""``hongxiu``: runs the stack or a part of it, and what an operator needs.

Exit codes: 0 all is well, 1 something is wrong or differs, 2 bad usage or input, 3 what it needs is not there.
"""

from __future__ import annotations

import asyncio
import runpy
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from operations import commands, terminal
from operations.commands import BAD_INPUT, DIFFERS, UNAVAILABLE, Failed

if TYPE_CHECKING:
    from operations.audit import Report
    from operations.notices import Resent
    from operations.policies import Outcome
    from operations.showing import Words
    from store.cases import CaseRow
    from store.database import Pool
    from store.log import StoredEvent

app = typer.Typer(
    name="hongxiu",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example:  HONGXIU_REHEARSAL=1 hongxiu up",
    help="红绣匠 · A resident's issue climbs three tiers, with a deadline at each.\n\n"
    "Exit codes: 0 well, 1 something is wrong or differs, 2 bad usage or input, 3 what it needs is not there.",
)
case_app = typer.Typer(no_args_is_help=True, help="Look at cases.", epilog="Example:  hongxiu case list --overdue")
policy_app = typer.Typer(
    no_args_is_help=True,
    help="Check and load ladder, organisation, calendars and playbooks.",
    epilog="Example:  hongxiu policy check policies/nancheng",
)
calendar_app = typer.Typer(
    no_args_is_help=True,
    help="The working calendar.",
    epilog="Example:  hongxiu calendar publish policies/nancheng/calendar-2027.yaml",
)
playbook_app = typer.Typer(
    no_args_is_help=True,
    help="Check and draw the playbooks of emergencies.",
    epilog="Example:  hongxiu playbook draw lift_entrapment --out lift.svg",
)
notices_app = typer.Typer(
    no_args_is_help=True, help="Notices to members.", epilog="Example:  hongxiu notices resend --unit laocheng"
)
app.add_typer(case_app, name="case")
app.add_typer(policy_app, name="policy")
app.add_typer(calendar_app, name="calendar")
app.add_typer(playbook_app, name="playbook")
app.add_typer(notices_app, name="notices")

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Lang = Annotated[str, typer.Option("--lang", envvar="HONGXIU_LANG", help="Language of what is printed: zh-CN or en.")]
CaseNumber = Annotated[str, typer.Argument(help="A case's number, as NC-2026-000012.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ExistingFolder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder of policies.")]
ExistingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A calendar's YAML file.")]


# ---------------------------------------------------------------- running it


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


# ---------------------------------------------------------------- policies and calendars


@policy_app.command("check", epilog="Example:  hongxiu policy check policies/nancheng")
def policy_check(folder: ExistingFolder, as_json: Json = False, lang: Lang = "zh-CN") -> None:
    """Read a folder's policies and fit them together. A mistake is named by file, line and field (exit 2).

    Where a stack is running it is a dry run as well: what would change, what comes of it, what refuses it (exit 2).
    """
    from operations import policies
    from operations.showing import folder_table
    from services.policy_check import Offer
    from services.policy_folder import read_folder

    with commands.ending(lang):
        found = read_folder(folder)
        settings = commands.settings()
        if settings.database_url is not None:
            _show_outcome(asyncio.run(policies.hold_against(settings, Offer.of_folder(found))), as_json, lang)
            return
        policies.require_known_units(found)
        if as_json:
            terminal.print_json({"items": [policies.policy_json(policy) for policy in found.policies]})
        else:
            terminal.out().print(folder_table(found.policies, lang))


@policy_app.command("load", epilog="Example:  hongxiu policy load policies/nancheng")
def policy_load(folder: ExistingFolder, as_json: Json = False, lang: Lang = "zh-CN") -> None:
    """Check a folder's policies and bring what is new into force, all of it or nothing.

    What is open refuses what would strand it (exit 2). A policy older than the one in force is left out, and told
    (exit 1). Schedules, sittings ahead and open waits are then brought in line.
    """
    from operations import policies
    from services.policy_check import Offer
    from services.policy_folder import read_folder

    with commands.ending(lang):
        offer = Offer.of_folder(read_folder(folder))
        _show_outcome(asyncio.run(policies.bring_into_force(commands.settings(), offer)), as_json, lang)


@calendar_app.command("publish", epilog="Example:  hongxiu calendar publish policies/nancheng/calendar-2027.yaml")
def calendar_publish(file: ExistingFile, as_json: Json = False, lang: Lang = "zh-CN") -> None:
    """Bring a year's calendar into force: sittings ahead and open waits are dated by it."""
    from operations import policies
    from services.policy_check import Offer
    from services.policy_folder import read_file

    with commands.ending(lang):
        offer = Offer((read_file("calendar", file),))
        _show_outcome(asyncio.run(policies.bring_into_force(commands.settings(), offer)), as_json, lang)


def _show_outcome(outcome: Outcome, as_json: bool, lang: str) -> None:
    """Prints what became of an offer; exits by it."""
    from operations import policies
    from operations.showing import draft_table, effect_lines

    if as_json:
        terminal.print_json(policies.as_json(outcome, lang))
    else:
        terminal.out().print(draft_table(outcome.draft, lang))
        for line in effect_lines(outcome.draft.effects, lang):
            terminal.out().print(line, markup=False)
    for words in policies.good_news(outcome, lang):
        terminal.good(words)
    for words in policies.bad_news(outcome, lang):
        terminal.bad(words)
    if not outcome.as_wanted:
        raise typer.Exit(BAD_INPUT if outcome.draft.refusals else DIFFERS)


# ---------------------------------------------------------------- playbooks

PolicyFolder = Annotated[
    Path | None,
    typer.Argument(exists=True, file_okay=False, help="A folder of policies; without it, the stack's own."),
]


@playbook_app.command("check", epilog="Example:  hongxiu playbook check policies/nancheng")
def playbook_check(folder: PolicyFolder = None, as_json: Json = False, lang: Lang = "zh-CN") -> None:
    """Read a folder's playbooks and fit them to its organisation and ladder. Every mistake is shown (exit 2)."""
    from domain.policy.policy_file import PolicyError
    from operations import playbooks

    with commands.ending(lang):
        try:
            found = playbooks.read_folder(folder or commands.settings(attach=False).policies)
        except PolicyError as error:
            if as_json:
                terminal.print_json({"problems": [asdict(problem) for problem in error.problems]})
            else:
                terminal.out().print(playbooks.problem_table(error.problems, lang))
            raise Failed(f"{len(error.problems)} problem(s)", BAD_INPUT) from None
        if as_json:
            terminal.print_json({"items": playbooks.as_json(found)})
            return
        terminal.out().print(playbooks.overview(found, lang))


@playbook_app.command("draw", epilog="Example:  hongxiu playbook draw property_withdrawal --out withdrawal.svg")
def playbook_draw(
    kind: Annotated[str, typer.Argument(help="A playbook's kind, as lift_entrapment.")],
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="Also draw it: an SVG file.")] = None,
    folder: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A folder of policies; else the stack's own.")
    ] = None,
    lang: Lang = "zh-CN",
) -> None:
    """A playbook's timeline as a table, and with --out as a picture: a lane for each party, from T0 to the cap."""
    from operations import playbooks

    with commands.ending(lang):
        found = playbooks.read_folder(folder or commands.settings(attach=False).policies)
        playbook = found.playbook(kind)
        terminal.out().print(playbooks.timeline_table(found, playbook, lang))
        for line in playbooks.facts(playbook, lang):
            terminal.out().print(line, markup=False)
        if out is not None:
            _write(out, found.picture(playbook, lang))


def _write(file: Path, content: str) -> None:
    try:
        file.write_text(content, "utf-8")
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}", BAD_INPUT) from None
    terminal.good(f"{file} is drawn")


# ---------------------------------------------------------------- notices


@notices_app.command("resend", epilog="Example:  hongxiu notices resend --unit laocheng --days 3")
def notices_resend(
    unit: Annotated[str | None, typer.Option(help="Only this unit's or department's.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Only those of the last days.")] = 7,
    as_json: Json = False,
    lang: Lang = "zh-CN",
) -> None:
    """Send notices again that an address did not take, to those addresses. Run it with the workers' environment."""

    async def again() -> Resent:
        from operations.connections import opened
        from operations.notices import resend

        async with opened(commands.settings().database()) as pool:
            return await resend(pool, commands.settings(), days=days, unit=unit)

    resent = commands.run(again(), lang)
    if as_json:
        terminal.print_json({"sent": [it.id for it in resent.sent], "failed": [it.id for it in resent.failed]})
    else:
        terminal.good(f"{len(resent.sent)} sent")
        for notice in resent.failed:
            terminal.bad(f"{notice.id}: {notice.failure}")
    if resent.failed:
        raise typer.Exit(DIFFERS)


# ---------------------------------------------------------------- the demo


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


# ---------------------------------------------------------------- looking at cases


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
        words = await _words(pool, lang)
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
        row = await _case(pool, number)
        events = await EventLog(pool).read(number)
        if as_json:
            told = [_event_json(event) for event in events]
            terminal.print_json({"case": asdict(row), "events": told, "links": links})
            return
        terminal.out().print(case_page(row, events, await _words(pool, lang), links))


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
            await _case(pool, number)
        words, log = await _words(pool, lang), EventLog(pool)
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


async def _case(pool: Pool, number: str) -> CaseRow:
    from store.cases import CaseList

    row = await CaseList(pool).get(number)
    if row is None:
        raise Failed(f"There is no case {number}. List them with: hongxiu case list --all", BAD_INPUT)
    return row


async def _words(pool: Pool, lang: str) -> Words:
    from operations.showing import Words
    from store.rulebook import Rulebook

    return Words(await Rulebook(pool).rules(), lang)


# ---------------------------------------------------------------- keeping it right


@app.command(epilog="Example:  hongxiu rebuild --check")
def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit 1 when something differs.")] = False,
    as_json: Json = False,
) -> None:
    """Make the lists of cases, sittings and responses anew from the log; the cases' beside the live one."""
    differing, cases = commands.run(_rebuild(check))
    if as_json:
        terminal.print_json({"cases": cases, "differing": list(differing), "rebuilt": not check})
    elif check and differing:
        terminal.bad(f"{len(differing)} differ: {', '.join(differing[:10])}. Put it right with: hongxiu rebuild")
    else:
        terminal.good("the list is what the log says" if check else f"the list has been made anew: {cases} cases")
    if check and differing:
        raise typer.Exit(DIFFERS)


async def _rebuild(check: bool) -> tuple[Sequence[str], int]:
    from operations.connections import opened
    from store import rebuild as rebuilding
    from store.cases import CaseList, CaseQuery
    from store.folding import CASES, RESPONSES, SITTINGS

    settings = commands.settings()
    with terminal.progress("streams") as step:
        if not check:
            async with opened(settings.owner_database()) as owner:
                for kind in (SITTINGS, RESPONSES):
                    await rebuilding.rebuild_list(owner, kind)
                return (), await rebuilding.rebuild(owner, CASES.listed, lambda done: step(done, 0))
        async with opened(settings.database()) as pool:
            differing = await rebuilding.compare(pool, CASES.listed, lambda done: step(done, 0))
            for kind in (SITTINGS, RESPONSES):
                differing = (*differing, *await rebuilding.compare_list(pool, kind))
            return differing, await CaseList(pool).count(CaseQuery())


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
        _show_audit(report, as_json, await _words(pool, lang))
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
    commands.run(_erase(resident, case.upper() if case else None, yes, as_json))


async def _erase(resident: str | None, case: str | None, yes: bool, as_json: bool) -> None:
    from operations.connections import opened
    from store.residents import Residents

    settings = commands.settings()
    async with opened(settings.owner_database()) as owner:
        if case is not None:
            resident = (await _case(owner, case)).resident
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


def main() -> None:
    """The ``hongxiu`` program."""
    app(prog_name="hongxiu")


if __name__ == "__main__":
    main()
