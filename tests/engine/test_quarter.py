"""A quarter in rehearsal: every sitting of three communities and the alliance, and the cases that wait for them.

The clocks are moved here in the order of what is due, and the log is read here: nothing of the demo is used.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.policy.calendar import SHANGHAI
from domain.policy.forum import Sitting, next_sitting
from store.documents import Documents
from store.sittings import SittingRow
from tests.engine.conftest import Engine, officer
from tests.engine.test_sitting_process import until_told
from tests.support.policies import put
from workflows.kinds import SITTING

COMMUNITIES = {"laocheng": "mudan-garden", "guangfu": "guangfu-huating", "zhaowanghe": "hepan-jinxiu"}
FORUMS = (*COMMUNITIES, "nancheng")
MONTHS = 3
DECIDED: tuple[Mapping[str, Any] | None, ...] = (
    None,
    {"kind": "escalate", "reason": "需联盟统筹"},
    {"kind": "plan", "lead": "urban", "deliverable": "修复外墙", "days": 12},
    {"kind": "resolve", "what_was_done": "已修复"},
)
"""What becomes of a case at its sittings, one after the other: left undecided, sent up, planned, settled."""


@pytest.mark.long
async def test_in_a_quarter_each_case_is_tabled_exactly_once_at_each_sitting_it_waited_for(engine: Engine) -> None:
    holiday = await publish_a_holiday(engine)
    held = {sitting.id: sitting for forum in FORUMS for sitting in await announced(engine, forum)}
    shifted = [sitting for sitting in held.values() if sitting.starts_at.astimezone(SHANGHAI).weekday() != 2]
    assert [sitting for sitting in shifted if sitting.forum == "laocheng"], "the holiday has moved a sitting"
    assert holiday not in {sitting.starts_at.astimezone(SHANGHAI).date() for sitting in held.values()}
    cases = [f"{forum}{number}" for forum in COMMUNITIES for number in range(2)]
    for name in cases:
        await engine.open(name, COMMUNITIES[name[:-1]])
        await engine.send(name, "contact", how="电话", outcome="已联系")
        await engine.send(name, "escalate", reason="需社区协调")
    quarter = Quarter(engine, cases, held)
    await quarter.run()
    rows = await engine.sittings.some(list(held))
    assert Counter(row.status for row in rows.values()) == {"closed": 11, "cancelled": 1}
    assert [row.id for row in rows.values() if row.sequence and row.status == "closed"] == [quarter.moved]
    for row in rows.values():
        await was_on_time(engine, row)
    waited = [await waited_for(engine, name, rows) for name in cases]
    assert sum(map(len, waited)) >= 2 * len(cases)
    for name, sittings in zip(cases, waited, strict=True):
        for sitting in sittings:
            assert await times(engine, name, rows[sitting]) == {"agenda": 1, "minutes": 1, "dealt with": 1}
        wait = (await engine.state(name)).wait
        assert wait is None or wait.sitting_id not in rows


async def publish_a_holiday(engine: Engine) -> date:
    """The day of Laocheng's second sitting is off, and the Saturday before is worked for it."""
    day = engine.next_sitting("laocheng", 1).starts_at.astimezone(SHANGHAI).date()
    saturday = day - timedelta(days=(day.weekday() - 5) % 7)
    entry = "  - {{date: {0}, kind: {1}, name: {{zh: 演练, en: rehearsal}}, notice: 演练}}\n"
    for year in {day.year, saturday.year}:
        days = [(day, "off"), (saturday, "workday")]
        lines = "".join(entry.format(one, kind) for one, kind in days if one.year == year)
        text = f"version: quarter\nyear: {year}\ndays:\n{lines}"
        await put(engine.pool, "calendar", str(year), "quarter", text)
    await engine.rulebook.refresh()
    return day


async def announced(engine: Engine, forum: str) -> list[Sitting]:
    """A forum's next sittings, their processes begun."""
    found = [engine.next_sitting(forum)]
    while len(found) < MONTHS:
        found.append(next_sitting(engine.rules.forums[forum], engine.rules.calendar, found[-1].freezes_at))
    for sitting in found:
        await engine.convene(sitting)
    return found


class Quarter:
    """Moves whichever clock is due first: a case's before its sitting's, where they fall together."""

    def __init__(self, engine: Engine, cases: list[str], held: Mapping[str, Sitting]) -> None:
        self.engine = engine
        self.cases = cases
        self.sittings = list(held)
        self.ends_at = max(sitting.minutes_due for sitting in held.values())
        self.moved, self.cancelled = (
            sorted(sitting.id for sitting in held.values() if sitting.forum == forum)[1]
            for forum in ("guangfu", "zhaowanghe")
        )
        self.heard = Counter[str]()

    async def run(self) -> None:
        while due := await self.first_due():
            at, _, who = due
            if who in self.cases:
                await self.engine.pass_case_to(who, at)
                continue
            await self.engine.pass_sitting_to(who, at)
            state = await self.engine.sitting_state(who)
            if state.status == "drafted" and who == self.moved:
                await self.change(who, "reschedule", starts_at=state.dates.starts_at + timedelta(days=2), reason="改期")
            elif state.status == "drafted" and who == self.cancelled:
                await self.change(who, "cancel", reason="并入联席会")
            elif state.status == "in_session":
                await self.sit(state.dates)

    async def first_due(self) -> tuple[datetime, int, str] | None:
        timers = []
        for sitting in self.sittings:
            state = await self.engine.sitting_state(sitting)
            if not state.closed:
                standing = await self.engine.processes.standing(SITTING, sitting)
                timers += [(wait.until, 1, sitting) for wait in standing.waits]
        for name in self.cases:
            wait = (await self.engine.state(name)).wait
            if wait is not None and wait.until <= self.ends_at:
                timers.append((wait.until, 0, name))
        return min(timers, default=None)

    async def change(self, sitting: str, kind: str, **fields: Any) -> None:
        await self.engine.command(sitting, kind, **fields)
        await until_told(self.engine, sitting)

    async def sit(self, dates: Sitting) -> None:
        """Every case before the sitting has its turn there."""
        for name in self.cases:
            wait = (await self.engine.state(name)).wait
            if wait is None or wait.sitting_id != dates.id:
                continue
            decision = DECIDED[min(self.heard[name], len(DECIDED) - 1)]
            self.heard[name] += 1
            if decision is None:
                continue
            fields = dict(decision)
            if days := fields.pop("days", None):
                fields["due_date"] = (dates.starts_at + timedelta(days=days)).date().isoformat()
            if fields["kind"] == "escalate" and dates.forum == "nancheng":
                fields = {"kind": "hold", "reason": "等资金"}
            await self.engine.pass_case_to(name, dates.starts_at + timedelta(minutes=5))
            await self.engine.send(name, by=officer(dates.forum), sitting=dates.id, **fields)


# ---------------------------------------------------------------- what the log says


async def was_on_time(engine: Engine, row: SittingRow) -> None:
    """Its agenda was drafted and frozen at their instants, by the dates that it had."""
    happened = {event.type: event.occurred_at for event in await engine.log.read(row.id)}
    for what, due in (("agenda_drafted", row.drafts_at), ("agenda_frozen", row.freezes_at)):
        if row.sequence and (what == "agenda_drafted" or row.is_cancelled):
            continue  # drafted by its dates before the move; cancelled before its freeze
        assert timedelta() <= happened[what] - due < timedelta(minutes=1), (row.id, what)


async def waited_for(engine: Engine, name: str, rows: Mapping[str, SittingRow]) -> list[str]:
    """The sittings that were held and began while the case waited for them."""
    places: list[tuple[datetime, str]] = [
        (event.occurred_at, (event.data["place"].get("wait") or {}).get("sitting_id", ""))
        for event in await engine.rows(name)
        if "place" in event.data
    ]
    ends = [at for at, _ in places[1:]] + [datetime.max.replace(tzinfo=UTC)]
    spans = zip(places, ends, strict=True)
    return [
        sitting
        for (since, sitting), until in spans
        if sitting in rows and not rows[sitting].is_cancelled and since <= rows[sitting].starts_at < until
    ]


async def times(engine: Engine, name: str, row: SittingRow) -> dict[str, int]:
    """How often a case is in a sitting's papers, and how often it was dealt with there."""
    number = engine.number(name)
    agenda, minutes = [await paper(engine, it) for it in (row.agenda, row.minutes)]
    dealt = [
        event
        for event in await engine.rows(name)
        if event.data.get("detail", {}).get("sitting") == row.id and "place" in event.data
    ]
    return {
        "agenda": agenda.count(f'"case": "{number}"'),
        "minutes": minutes_of_case(minutes, number),
        "dealt with": len(dealt),
    }


def minutes_of_case(minutes: str, number: str) -> int:
    content = json.loads(minutes)
    return [it["case"] for kind in ("resolutions", "carried_over") for it in content[kind]].count(number)


async def paper(engine: Engine, document: str | None) -> str:
    found = await Documents(engine.pool).get(document or "")
    assert found is not None
    return json.dumps(found.content)
