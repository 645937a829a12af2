"""Plays the demo: files its cases through the HTTP API and takes each through its script, some at a time."""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.client import Api, Json, NoAnswer, Refused
from demo.meetings import Held, hold
from demo.script import Advance, Decide, DemoCase, Say, StandDown, Step, WaitFor, load
from domain.calendar import SHANGHAI
from domain.forum import forum_of
from operations import terminal
from runtime.settings import Settings

Progress = Callable[[int, int], None]
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_EVERY_EYE = "supervisor"


class NotThere(Exception):
    """What the demo plays on is not there; the message says how to bring it up."""


class _WentWrong(Exception):
    """A step that did not go as its script says."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong with a case, at which step (from 1; 0: the filing)."""

    case: str
    number: str | None
    step: int
    what: str
    why: str


@dataclass(slots=True)
class Played:
    """A case as it stands after its script. ``view``: what the API says of it; ``now``: its own clock."""

    key: str
    number: str
    view: Json
    now: datetime
    skips: int
    refusals: int
    stars: int | None = None


@dataclass(slots=True)
class DemoReport:
    """The whole play. ``seconds``: real ones."""

    played: list[Played] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0
    organisation: Json = field(default_factory=dict)
    sittings: list[Held] = field(default_factory=list)

    @property
    def went_well(self) -> bool:
        """Whether every step went as its script says."""
        return not self.problems


async def play_demo(
    settings: Settings, *, only: Iterable[str] = (), at_once: int = 8, language: str = "zh-CN"
) -> DemoReport:
    """Plays the cases with the keys ``only`` (all without) on the stack of ``settings``, with a bar on stderr.

    Raises NotThere (no stack, or none in rehearsal), ValueError for a key that is none.
    """
    cases = load().only(only)
    api = Api(settings.public_url, language)
    try:
        await _require_rehearsal(settings, api)
        with terminal.progress("演练" if not language.startswith("en") else "playing") as step:
            report = await _Play(api, step, at_once).run(cases)
        if not only:
            await _hold_meetings(api, report)
        return report
    except NoAnswer as error:
        raise NotThere(f"the API stopped answering ({error}); see its log and start again") from None
    finally:
        await api.close()


async def _hold_meetings(api: Api, report: DemoReport) -> None:
    """Plays the meetings after the cases; what goes wrong is a problem of the report like any other."""
    began = time.monotonic()
    try:
        report.sittings = await hold(api)
    except Refused as error:
        report.problems.append(Problem(case="meetings", number=None, step=0, what="sitting", why=str(error)))
    report.seconds += time.monotonic() - began


async def _require_rehearsal(settings: Settings, api: Api) -> None:
    start = "HONGXIU_REHEARSAL=1 make up"
    if settings.database_url is None:
        raise NotThere(f"No stack runs on {settings.data}. Start one in another terminal: {start}")
    if not settings.rehearsal:
        raise NotThere(f"The stack is not in rehearsal: its time cannot be skipped. Stop it and start it so: {start}")
    if not await api.answers():
        raise NotThere(f"The API does not answer at {settings.public_url}. Start the stack: {start}")
    try:
        await api.get("/organisation", _EVERY_EYE)
    except Refused as error:
        told = f"The sample accounts cannot sign in ({error})"
        raise NotThere(f"{told}. The demo needs an embedded stack: {start}") from None


class _Play:
    """One play: what its cases share."""

    def __init__(self, api: Api, progress: Progress, at_once: int) -> None:
        self.api = api
        self.run_id = uuid.uuid4().hex[:12]
        self.numbers: dict[str, asyncio.Future[str]] = {}
        self._sittings: dict[str, datetime] = {}
        self._progress = progress
        self._at_once = asyncio.Semaphore(at_once)
        self._done = 0

    async def run(self, cases: Sequence[DemoCase]) -> DemoReport:
        began = time.monotonic()
        report = DemoReport(organisation=await self.api.get("/organisation", _EVERY_EYE))
        loop = asyncio.get_running_loop()
        self.numbers = {case.key: loop.create_future() for case in cases}
        total = sum(len(case.script) + 1 for case in cases)

        def step() -> None:
            self._done += 1
            self._progress(self._done, total)

        async def one(case: DemoCase) -> None:
            async with self._at_once:
                player = _Player(self, case, step)
                await player.play(report)

        self._progress(0, total)
        await asyncio.gather(*(one(case) for case in cases))
        report.played.sort(key=lambda played: played.number)
        report.seconds = time.monotonic() - began
        return report

    async def sitting_starts(self, sitting: str, until: datetime) -> datetime:
        """When a sitting begins; ``until`` is when its minutes are due."""
        if sitting not in self._sittings:
            forum = forum_of(sitting)
            span = {"from": (until - timedelta(days=40)).isoformat(), "to": until.isoformat()}
            found = await self.api.get(f"/forums/{forum}/sittings", _EVERY_EYE, **span)
            self._sittings.update({one["id"]: _instant(one["starts_at"]) for one in found["items"]})
        if sitting not in self._sittings:
            raise _WentWrong(f"the forum {forum_of(sitting)} has no sitting {sitting}")
        return self._sittings[sitting]


class _Player:
    """One case being played."""

    def __init__(self, play: _Play, case: DemoCase, tick: Callable[[], None]) -> None:
        self._play = play
        self._api = play.api
        self._case = case
        self._tick = tick
        self._number = ""
        self._code = ""
        self._view: Json = {}
        self._now = datetime.now(UTC)
        self._skips = 0
        self._refusals = 0
        self._step = 0
        self._stars: int | None = None

    async def play(self, report: DemoReport) -> None:
        what = "file"
        try:
            await self._file()
            self._tick()
            for step in self._case.script:
                self._step += 1
                what = _named(step)
                await self._take(step)
                self._tick()
            what = "ends"
            await self._look()
            self._compare()
        except (_WentWrong, Refused, asyncio.CancelledError) as error:
            self._give_up(report, what, str(error))
            if isinstance(error, asyncio.CancelledError):
                raise
        if self._number:
            report.played.append(
                Played(self._case.key, self._number, self._view, self._now, self._skips, self._refusals, self._stars)
            )

    def _give_up(self, report: DemoReport, what: str, why: str) -> None:
        filed = self._play.numbers[self._case.key]
        if not filed.done():
            filed.set_result("")
        report.problems.append(Problem(self._case.key, self._number or None, self._step, what, why))

    async def _file(self) -> None:
        case = self._case
        body: dict[str, Any] = {
            "estate": case.estate, "category": case.category, "title": case.title,
            "description": case.description, "channel": case.channel, "severity": case.severity,
            "reporter": case.reporter.model_dump(),
        }  # fmt: skip
        if case.emergency:
            body["emergency"] = case.emergency
        self._view = {"estate": case.estate, "community": None}
        filed = await self._api.post("/cases", await self._account(case.filed_by), body, self._key())
        self._number, self._code, self._view = filed["number"], filed["code"], filed
        self._now = _instant(filed["opened_at"])
        self._play.numbers[case.key].set_result(self._number)

    async def _take(self, step: Step) -> None:
        if isinstance(step, Advance):
            await self._skip(timedelta(days=step.advance.days, hours=step.advance.hours))
        elif isinstance(step, WaitFor):
            await self._wait_for(step)
        elif isinstance(step, Decide):
            await self._decide(step)
        elif isinstance(step, Say):
            body = {"code": self._code, "kind": step.word, "stars": step.stars, "reason": step.reason}
            given = {name: value for name, value in body.items() if value is not None}
            await self._api.post(f"/cases/{self._number}/word", None, given, self._key())
            self._stars = step.stars or self._stars
        else:
            await self._stand_down(step)

    async def _wait_for(self, step: WaitFor) -> None:
        await self._look()
        wait = self._view["wait"]
        if wait is None:
            raise _WentWrong("the case waits for nothing: it is closed")
        until = _instant(wait["until"])
        if step.wait_for == "expiry":
            await self._skip(until + _MINUTE - self._now)
        elif not wait.get("sitting_id"):
            raise _WentWrong(f"the case does not wait for a sitting: {wait['reason']}")
        else:
            starts_at = await self._play.sitting_starts(wait["sitting_id"], until)
            await self._skip(starts_at - self._now)

    async def _decide(self, step: Decide) -> None:
        numbers = {step.follows: await self._play.numbers[step.follows]} if step.follows else {}
        today = self._now.astimezone(SHANGHAI).date()
        account = await self._account(step.by)
        try:
            await self._api.post(f"/cases/{self._number}/decisions", account, step.body(today, numbers), self._key())
        except Refused as refused:
            if refused.code != step.refused:
                raise
            self._refusals += 1
            return
        if step.refused is not None:
            raise _WentWrong(f"it should have been refused as {step.refused}")
        if step.decide == "reroute":
            await self._look()  # another estate's officers act from here on
        if step.decide == "reopen":
            self._now = datetime.now(UTC)  # a new process, whose clock starts with the real one

    async def _stand_down(self, step: StandDown) -> None:
        await self._look()
        body = {"outcome": step.stand_down, "reason": step.reason, "tier": step.tier}
        given = {name: value for name, value in body.items() if value is not None}
        path = f"/emergencies/{self._view['emergency_id']}/stand-down"
        await self._api.post(path, await self._account("alliance"), given, self._key())

    async def _skip(self, span: timedelta) -> None:
        """Moves the case's clock by whole hours, at least as far as asked."""
        hours = math.ceil(span / _HOUR)
        if hours <= 0:
            return
        body = {"case": self._number, "days": hours // 24, "hours": hours % 24}
        answer = await self._api.post("/dev/fast-forward", await self._account("alliance"), body)
        self._now = _instant(answer["now"])
        self._skips += 1

    async def _look(self) -> None:
        self._view = await self._api.get(f"/cases/{self._number}", _EVERY_EYE)

    def _compare(self) -> None:
        """Whether the case stands where its script wants it."""
        for name, wanted in self._case.ends.model_dump(exclude_none=True).items():
            if self._view.get(name) != wanted:
                raise _WentWrong(f"its {name} is {self._view.get(name)}, should be {wanted}")

    async def _account(self, post: str) -> str:
        if post == "estate":
            return f"estate-{self._view['estate']}"
        if post == "community":
            return f"community-{self._view['community'] or await self._community()}"
        return post

    async def _community(self) -> str:
        """The community of a case that is not filed yet."""
        organisation = await self._api.get("/organisation", _EVERY_EYE)
        for community in organisation["communities"]:
            if any(estate["id"] == self._case.estate for estate in community["estates"]):
                return str(community["id"])
        raise _WentWrong(f"no community has the estate {self._case.estate}")

    def _key(self) -> str:
        return f"demo-{self._play.run_id}-{self._case.key}-{self._step}"


def _named(step: Step) -> str:
    """A step as its script writes it, in short."""
    if isinstance(step, Decide):
        return f"decide {step.decide} as {step.by}"
    if isinstance(step, WaitFor):
        return f"wait_for {step.wait_for}"
    if isinstance(step, Say):
        return f"word {step.word}"
    return "stand_down" if isinstance(step, StandDown) else "advance"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
