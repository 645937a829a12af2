"""What the demo ends with: what was settled where and in how many days, and what is still open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo.client import Json
from demo.played import DemoReport, Played
from demo.proof import Proof, Row
from domain.words.bilingual import Name
from domain.words.case_words import CLOSED_AS
from domain.words.dates import in_figures
from domain.words.sitting_words import SITTING_STATUSES
from operations import terminal
from operations.terminal import label, table

_SETTLED = ("settled", "no_word")


def show(report: DemoReport, *, as_json: bool = False, language: str = "zh-CN") -> None:
    """Prints the report: JSON, or tables on stdout and what went wrong on stderr."""
    if as_json:
        terminal.print_json(as_data(report))
        return
    console = terminal.out()
    say = _Say(language, report.organisation)
    console.print(_settled_table(report.played, say))
    console.print(_outcomes_table(report.played, say))
    still_open = [played for played in report.played if not _closed(played)]
    if still_open:
        console.print(_open_table(still_open, say))
        _print_links(console, still_open, say)
    _print_staircase(console, report.played, say)
    _print_sittings(console, report, say)
    _print_end(report, say)


def as_data(report: DemoReport) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "went_well": report.went_well,
        "seconds": round(report.seconds, 1),
        "now": report.now.isoformat() if report.now else None,
        "cases": len(report.played),
        "settled": [
            {
                "tier": tier,
                "cases": len(days),
                "median_days": round(median(days), 1),
                "longest_days": round(max(days), 1),
            }
            for tier, days in _days_by_tier(report.played, _tiers(report)).items()
            if days
        ],
        "outcomes": dict(Counter(_outcome(played) for played in report.played)),
        "open": [_open_item(played) for played in report.played if not _closed(played)],
        "refused_as_expected": sum(played.refusals for played in report.played),
        "sittings": [_row_data(row) for row in report.proof.rows] if report.proof else [],
        "shifted": report.shifted,
        "waited": report.proof.waited if report.proof else 0,
        "faults": list(report.proof.faults) if report.proof else [],
        "papers": str(report.papers) if report.papers else None,
        "problems": report.problems,
    }


class _Say:
    """Words in one language."""

    def __init__(self, language: str, organisation: Json) -> None:
        self.language = language
        self.tiers = {tier["id"]: tier["name"] for tier in organisation["tiers"]}
        self.estates = {
            estate["id"]: estate["name"] for community in organisation["communities"] for estate in community["estates"]
        }

    def __call__(self, zh: str, en: str) -> str:
        return Name(zh=zh, en=en).in_(self.language)


def _settled_table(played: Sequence[Played], say: _Say) -> Table:
    cases, middle, most = say("件数", "Cases"), say("中位天数", "Median days"), say("最长天数", "Longest")
    made = table(
        say("解决层级", "Settled at"),
        cases,
        middle,
        most,
        say("满意度", "Stars"),
        title=say("各级解决情况", "Settled, by tier"),
        right=(cases, middle, most),
    )
    for tier, days in _days_by_tier(played, list(say.tiers)).items():
        stars = [one.stars for one in played if _outcome(one) == "settled" and one.view["tier"] == tier]
        given = [star for star in stars if star]
        mean = f"{sum(given) / len(given):.1f} ★" if given else ""
        figures = [f"{median(days):.1f}", f"{max(days):.1f}"] if days else ["–", "–"]
        made.add_row(say.tiers.get(tier, tier), str(len(days)), *figures, mean)
    return made


def _outcomes_table(played: Sequence[Played], say: _Say) -> Table:
    cases = say("件数", "Cases")
    made = table(say("结果", "Outcome"), cases, title=say("全部诉求件", "All cases"), right=(cases,))
    for outcome, count in Counter(_outcome(one) for one in played).most_common():
        word = say("办理中", "open") if outcome == "open" else label(CLOSED_AS, outcome, say.language)
        made.add_row(word, str(count))
    made.add_section()
    made.add_row(say("合计", "Total"), str(len(played)))
    return made


def _open_table(played: Sequence[Played], say: _Say) -> Table:
    made = table(
        say("编号", "Case"),
        say("阶段", "Stage"),
        say("小区", "Estate"),
        say("标题", "Title"),
        say("期限", "Until"),
        say("标记", "Marks"),
        title=say("尚未办结", "Still open"),
    )
    for one in sorted(played, key=_urgency):
        view = one.view
        made.add_row(
            terminal.link(one.number, view["links"]["temporal"]),
            view["stage_name"],
            say.estates.get(view["estate"], view["estate"]),
            escape(view["title"] or ""),
            _figures(_instant(view["wait"]["until"])),
            _marks(view, say),
        )
    for index in (0, 4):
        made.columns[index].no_wrap = True
    return made


def _print_links(console: Console, played: Sequence[Played], say: _Say) -> None:
    """Where to look at each, as addresses to copy; in terminals that can, the numbers above are links."""
    console.print(f"[bold]{say('在 Temporal UI 中查看', 'In the Temporal UI')}[/]")
    for one in sorted(played, key=_urgency):
        console.print(f"  {one.number}  {one.view['links']['temporal']}", soft_wrap=True)
    first = played[0]
    pattern = first.view["links"]["console"].replace(first.number, say("<编号>", "<number>"))
    console.print(f"[bold]{say('控制台', 'Console')}[/]  {pattern}", soft_wrap=True)


def _print_staircase(console: Console, played: Sequence[Played], say: _Say) -> None:
    """The finished case with the longest story: its timeline in the Temporal UI is a staircase."""
    ended = [one for one in played if _closed(one)]
    if ended:
        longest = max(ended, key=lambda one: (one.view["version"], one.number))
        told = say("经过最多的一件（时间线如阶梯）", "The longest story (its timeline is a staircase)")
        console.print(f"[bold]{told}[/]")
        console.print(f"  {longest.number}  {longest.view['links']['temporal']}\n", soft_wrap=True)


def _print_sittings(console: Console, report: DemoReport, say: _Say) -> None:
    """The monthly meetings one by one, the check-ins together; then the proof, and where the papers are."""
    proof = report.proof
    if proof is None or not proof.rows:
        return
    console.print(_sittings_table(proof, say))
    weekly = [row for row in proof.rows if _is_weekly(row)]
    console.print(
        say(
            f"每周碰头 {len(weekly)} 次：{sum(row.on_time for row in weekly)} 次议程按时，上会 "
            f"{sum(row.tabled for row in weekly)} 件次，议决 {sum(row.decided for row in weekly)}，"
            f"结转 {sum(row.carried_over for row in weekly)}",
            f"{len(weekly)} weekly check-ins: {sum(row.on_time for row in weekly)} agendas on time, "
            f"{sum(row.tabled for row in weekly)} cases tabled, {sum(row.decided for row in weekly)} decided, "
            f"{sum(row.carried_over for row in weekly)} carried over",
        )
    )
    if report.shifted:
        console.print(say("因放假移日：", "Moved for a holiday: ") + say("、", ", ").join(report.shifted))
    if report.papers is not None:
        console.print(f"[bold]{say('议程和纪要', 'Agendas and minutes')}[/]  {report.papers}", soft_wrap=True)


def _sittings_table(proof: Proof, say: _Say) -> Table:
    figures = (say("上会", "Tabled"), say("议决", "Decided"), say("结转", "Carried"))
    made = table(
        say("会议", "Sitting"),
        say("开会", "Held"),
        say("起草", "Drafted"),
        say("定稿", "Frozen"),
        *figures,
        title=say("社区和联盟的会议", "The monthly meetings"),
        right=figures,
    )
    for row in proof.rows:
        if not _is_weekly(row):
            held = (
                _figures(row.starts_at) if row.status == "closed" else label(SITTING_STATUSES, row.status, say.language)
            )
            held += say("（改期）", " (moved)") if row.moved and row.status == "closed" else ""
            counts = (str(row.tabled), str(row.decided), str(row.carried_over))
            made.add_row(row.sitting, held, _against(row.drafted, say), _against(row.frozen, say), *counts)
    made.columns[0].no_wrap = True
    return made


def _row_data(row: Row) -> dict[str, Any]:
    (drafted, drafts_at), (frozen, freezes_at) = row.drafted, row.frozen
    kept = ("sitting", "status", "tabled", "decided", "carried_over", "moved", "on_time")
    plain = {name: getattr(row, name) for name in kept}
    instants = {
        "starts_at": row.starts_at,
        "drafted_at": drafted,
        "drafts_at": drafts_at,
        "frozen_at": frozen,
        "freezes_at": freezes_at,
    }
    return {**plain, **{name: at.isoformat() if at else None for name, at in instants.items()}}


def _is_weekly(row: Row) -> bool:
    return "-W" in row.sitting


def _against(instants: tuple[datetime | None, datetime], say: _Say) -> str:
    """When it happened; where that is not when it was due, that as well."""
    happened, due = instants
    if happened is None:
        return say(f"–（应于 {_figures(due)}）", f"– (due {_figures(due)})")
    if _figures(happened) == _figures(due):
        return f"{_figures(due)} ✓"
    return say(f"{_figures(happened)}（应于 {_figures(due)}）", f"{_figures(happened)} (due {_figures(due)})")


def _figures(instant: datetime) -> str:
    return in_figures(instant, year=False)


def _print_end(report: DemoReport, say: _Say) -> None:
    events = sum(one.view["version"] for one in report.played)
    now = _figures(report.now) if report.now else ""
    refusals = sum(one.refusals for one in report.played)
    told = say(
        f"{len(report.played)} 件，{events} 个事件，按规则拒绝 {refusals} 次，用时 {report.seconds:.0f} 秒；"
        f"演练时钟已到 {now}，可以接着办",
        f"{len(report.played)} cases, {events} events, {refusals} refusals as the rules want them, "
        f"{report.seconds:.0f} s; the town's clock has come to {now}: go on from here",
    )
    terminal.good(told)
    if report.proof is not None:
        _print_proof(report.proof, say)
    for problem in report.problems:
        number = f" ({problem.number})" if problem.number else ""
        terminal.bad(f"{problem.case}{number}, step {problem.step}, {problem.what}: {problem.why}")


def _print_proof(proof: Proof, say: _Say) -> None:
    told = say(
        f"据账本：{len(proof.rows)} 次会议，诉求件等会 {proof.waited} 件次，每件在所等的每次会上恰好上会一次",
        f"By the log: {len(proof.rows)} sittings; a case waited for one {proof.waited} times, each time tabled once",
    )
    if not proof.faults:
        terminal.good(told)
    for fault in proof.faults:
        terminal.bad(fault)


def _days_by_tier(played: Iterable[Played], tiers: Sequence[str]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {tier: [] for tier in tiers}
    for one in played:
        if _outcome(one) in _SETTLED:
            lasted = _instant(one.view["closed_at"]) - _instant(one.view["opened_at"])
            found.setdefault(one.view["tier"], []).append(lasted.total_seconds() / 86_400)
    return found


def _open_item(played: Played) -> dict[str, Any]:
    view = played.view
    kept = ("number", "title", "stage", "tier", "estate", "overdue", "supervised", "raised", "carried_over", "links")
    return {**{name: view[name] for name in kept}, "until": view["wait"]["until"], "key": played.key}


def _tiers(report: DemoReport) -> list[str]:
    return [tier["id"] for tier in report.organisation["tiers"]]


def _outcome(played: Played) -> str:
    return played.view["closed_as"] or "open"


def _closed(played: Played) -> bool:
    return bool(played.view["closed_as"])


def _urgency(played: Played) -> tuple[bool, bool, str]:
    view = played.view
    return (not view["overdue"], not view["supervised"], view["wait"]["until"])


def _marks(view: Json, say: _Say) -> str:
    found = [
        (view["overdue"], f"[red]{say('逾期', 'overdue')}[/]"),
        (view["supervised"], f"[yellow]{say('督办', 'supervised')}[/]"),
        (view["raised"], f"[red]{say('拟上报区级', 'raised')}[/]"),
        (view["carried_over"] > 0, f"{say('结转', 'carried over')} {view['carried_over']}"),
    ]
    return " ".join(mark for shown, mark in found if shown)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
