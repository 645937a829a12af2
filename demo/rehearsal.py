"""Plays a rehearsal: brings the town's clock to the instant at which somebody acts next, and has them act.

Who acts when is planned in ``demo/timeline.py``; here it is made to happen through the HTTP API. What is due on the
way, waits that pass and sittings that are held, happens by itself.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from demo import chairing
from demo.client import Api, Json, Refused
from demo.holidays import is_shifted
from demo.played import DemoReport, Played, Problem
from demo.playing import EVERY_EYE, Player, WentWrong, named
from demo.script import DemoCase
from demo.timeline import Due, Order, Planned, first_of, of_case

QUARTER = timedelta(days=92)
COMMUNITIES = 3
_ALREADY = timedelta(seconds=5)
"""Nobody acts at the very instant at which something begins."""

_TOLD_AFTER = 300
"""Looks, a tenth of a second apart."""

Progress = Callable[[int, int], None]


class Rehearsal:
    """One play: what its cases and sittings share. ``whole``: to the quarter's end, with its clerks and chairs."""

    def __init__(self, api: Api, progress: Progress, at_once: int, *, whole: bool) -> None:
        self._api = api
        self._progress = progress
        self._gate = asyncio.Semaphore(at_once)
        self._whole = whole
        self._run = uuid.uuid4().hex[:12]
        self._players: dict[str, Player] = {}
        self._numbers: dict[str, str] = {}
        self._sittings: dict[str, Planned] = {}
        self._doings: dict[str, tuple[chairing.Doing, ...]] = {}
        self._now = self._began = self._ends_at = datetime.min.replace(tzinfo=UTC)
        self._steps = self._taken = 0
        self.report = DemoReport()

    async def play(self, cases: Sequence[DemoCase]) -> DemoReport:
        """Plays the cases through their sittings; the whole, to the quarter's end. Raises NoAnswer."""
        began = asyncio.get_running_loop().time()
        self.report.organisation = await self._api.get("/organisation", EVERY_EYE)
        self._now = self._began = self._ends_at = await self._api.clock()
        self._steps = sum(len(case.script) + 1 for case in cases)
        if self._whole:
            await self._announce()
        await self._file(cases)
        while dues := self._dues():
            first = first_of(dues)
            await self._forward(first[0].at)
            await asyncio.gather(*(self._guarded(due) for due in first))
        await self._forward(self._ends_at)
        await asyncio.gather(*(player.look() for player in self._players.values()))
        await self._tell(began)
        return self.report

    # ---------------------------------------------------------------- what there is

    async def _announce(self) -> None:
        """The quarter begins with the first of its monthly meetings whose agenda is still to be drafted."""
        communities = [it["id"] for it in self.report.organisation["communities"][:COMMUNITIES]]
        upper = [*communities, self.report.organisation["alliance"]["id"]]
        found = await asyncio.gather(*map(self._ahead, upper))
        self._ends_at = min(some[0].starts_at for some in found if some) + QUARTER
        quarter = [[it for it in some if it.minutes_due <= self._ends_at] for some in found]
        self._sittings.update({it.id: it for some in quarter for it in some})
        self._doings = chairing.story(quarter[:-1], quarter[-1])

    async def _ahead(self, forum: str) -> list[Planned]:
        """A forum's sittings from the next one on whose agenda is not drafted yet."""
        span = {"from": self._now.isoformat(), "to": (self._now + 2 * QUARTER).isoformat()}
        found = await self._api.get(f"/forums/{forum}/sittings", EVERY_EYE, **span)
        some = [_planned(view) for view in found["items"]]
        return [it for it in some if not it.begun and it.drafts_at > self._now]

    async def _file(self, cases: Sequence[DemoCase]) -> None:
        players = [Player(self._api, case, self._key) for case in cases]

        async def one(player: Player) -> None:
            try:
                async with self._gate:
                    await player.file()
            except (WentWrong, Refused) as error:
                self._wrong(player, "file", error)
                return
            self._players[player.number] = player
            self._numbers[player.case.key] = player.number
            self._tick(1)

        await asyncio.gather(*map(one, players))
        await asyncio.gather(*(self._see(player) for player in players if player.number))

    # ---------------------------------------------------------------- what is due

    def _dues(self) -> list[Due]:
        cases = (of_case(player.waiting(self._sittings)) for player in self._players.values())
        return [due for due in (*cases, *map(self._of_clerk, self._doings)) if due is not None]

    def _of_clerk(self, sitting: str) -> Due | None:
        doings, planned = self._doings[sitting], self._sittings[sitting]
        if not doings or planned.over:
            return None
        at = min(planned.gets_to(doing.after) for doing in doings) + _ALREADY
        return Due(max(at, self._now), Order.CLERK, sitting)

    async def _forward(self, to: datetime) -> None:
        """Brings the town there."""
        if to > self._now:
            answer = await self._api.post("/dev/fast-forward", EVERY_EYE, {"until": to.isoformat()})
            self._now = datetime.fromisoformat(answer["now"])

    async def _guarded(self, due: Due) -> None:
        async with self._gate:
            if due.order == Order.CLERK:
                await self._clerk(due.who)
                return
            player = self._players[due.who]
            step = player.next_step
            try:
                if due.order == Order.EXPIRY:
                    await player.see_wait_pass(due.at)
                else:
                    self._tick(await player.act(due.at, self._now, self._numbers))
            except (WentWrong, Refused) as error:
                self._wrong(player, named(step), error)
                await player.look()
            await self._see(player)

    async def _see(self, player: Player) -> None:
        """The dates of the sitting that a case waits for are known."""
        sitting = player.sitting
        if sitting is not None and sitting not in self._sittings and player.next_step is not None:
            self._sittings[sitting] = await self._read(sitting)

    # ---------------------------------------------------------------- sittings

    async def _clerk(self, sitting: str) -> None:
        """What clerks and chairs do, as far as the sitting has got."""
        before = self._sittings[sitting] = await self._read(sitting)
        for doing in self._doings[sitting]:
            if before.gets_to(doing.after) <= self._now:
                self._doings[sitting] = tuple(it for it in self._doings[sitting] if it != doing)
                try:
                    await self._do(before, doing)
                except Refused as error:
                    self.report.problems.append(Problem(sitting, None, 0, doing.what, str(error)))

    async def _do(self, before: Planned, doing: chairing.Doing) -> None:
        await chairing.do(self._api, before.id, doing, self._key(f"{before.id}-{doing.what}"))
        self._sittings[before.id] = await self._read(before.id)
        if doing.what in ("reschedule", "cancel", "close"):
            await self._until_told(before)

    async def _until_told(self, before: Planned) -> None:
        """Until every case that waited for a sitting as it was before has heard what became of it."""
        players = [player for player in self._players.values() if _waits_for(player, before)]
        left = players
        for _ in range(_TOLD_AFTER):
            await asyncio.gather(*(player.look() for player in left))
            left = [player for player in left if _waits_for(player, before)]
            if not left:
                break
            await self._api.pause()
        else:
            names = ", ".join(player.number for player in left)
            self.report.problems.append(Problem(before.id, None, 0, "telling its cases", f"not told: {names}"))
        await asyncio.gather(*(self._see(player) for player in players))

    async def _read(self, sitting: str) -> Planned:
        return _planned(await self._api.get(f"/sittings/{sitting}", EVERY_EYE))

    # ---------------------------------------------------------------- what is told

    async def _tell(self, began: float) -> None:
        report = self.report
        report.played = sorted((self._played(player) for player in self._players.values()), key=lambda one: one.number)
        views = await self._held()
        report.sittings = sorted(view["id"] for view in views)
        forums = {it["id"]: it for it in (await self._api.get("/forums", EVERY_EYE))["items"]}
        report.shifted = [view["id"] for view in views if is_shifted(forums[view["forum"]], view)]
        report.now = self._now
        report.seconds = asyncio.get_running_loop().time() - began

    async def _held(self) -> list[Json]:
        """Every sitting of the town that was held or cancelled while this was played."""
        span = {"from": self._began.isoformat(), "to": self._now.isoformat()}
        forums = (await self._api.get("/forums", EVERY_EYE))["items"]
        found = await asyncio.gather(
            *(self._api.get(f"/forums/{it['id']}/sittings", EVERY_EYE, **span) for it in forums)
        )
        return [view for one in found for view in one["items"] if view["status"] in ("closed", "cancelled")]

    def _wrong(self, player: Player, what: str, error: Exception) -> None:
        self.report.problems.append(Problem(player.case.key, player.number or None, player.step, what, str(error)))
        player.abandon()

    def _tick(self, steps: int) -> None:
        self._taken += steps
        self._progress(self._taken, self._steps)

    def _played(self, player: Player) -> Played:
        return Played(player.case.key, player.number, player.view, player.refusals, player.stars)

    def _key(self, what: str) -> str:
        return f"demo-{self._run}-{what}"


def _waits_for(player: Player, sitting: Planned) -> bool:
    """Whether a case waits for a sitting with the dates that it has here."""
    wait = player.view.get("wait") or {}
    return wait.get("sitting_id") == sitting.id and datetime.fromisoformat(wait["until"]) == sitting.minutes_due


def _planned(view: Json) -> Planned:
    dates = ("drafts_at", "freezes_at", "starts_at", "ends_at", "minutes_due")
    return Planned(
        id=view["id"],
        forum=view["forum"],
        status=view["status"],
        begun=view["version"] > 0,
        **{name: datetime.fromisoformat(view[name]) for name in dates},
    )
