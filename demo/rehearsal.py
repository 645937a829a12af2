"""Drives a rehearsal: every case and every sitting of the demo, always the one that is due first.

What is due when is planned in ``demo/timeline.py``; here it is made to happen through the HTTP API.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from demo import chairing
from demo.client import Api, Json, Refused
from demo.holidays import is_shifted
from demo.played import DemoReport, Played, Problem
from demo.playing import EVERY_EYE, Player, WentWrong, named
from demo.script import DemoCase
from demo.timeline import Due, Order, Planned, Waiting, first_of, of_case, of_sitting

QUARTER = timedelta(days=92)
COMMUNITIES = 3
_TOLD_AFTER = 300
"""Looks, a tenth of a second apart."""

Progress = Callable[[int, int], None]


class Rehearsal:
    """One play: what its cases and sittings share. ``whole``: with every sitting of the quarter."""

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
        self._ends_at = datetime.now(UTC)
        self._steps = 0
        self._taken = 0
        self.report = DemoReport()

    async def play(self, cases: Sequence[DemoCase]) -> DemoReport:
        """Plays the cases through their sittings, to the quarter's end. Raises NoAnswer."""
        began = asyncio.get_running_loop().time()
        self.report.organisation = await self._api.get("/organisation", EVERY_EYE)
        self._steps = sum(len(case.script) + 1 for case in cases)
        await self._adopt()
        if self._whole:
            await self._announce(cases)
        await self._file(cases)
        while dues := self._dues():
            await asyncio.gather(*(self._guarded(due) for due in first_of(dues)))
        self.report.played = [self._played(player) for player in self._players.values() if player.case is not None]
        self.report.played.sort(key=lambda played: played.number)
        self.report.sittings = sorted(self._begun())
        self.report.shifted = await self._shifted()
        self.report.seconds = asyncio.get_running_loop().time() - began
        return self.report

    # ---------------------------------------------------------------- what there is

    async def _adopt(self) -> None:
        """Cases that were here before follow their sittings as well: none is left waiting for one that is over."""
        for tier in self.report.organisation["tiers"]:
            cursor: dict[str, str] = {}
            while True:
                page = await self._api.get("/cases", EVERY_EYE, tier=tier["id"], open="true", limit="200", **cursor)
                for view in page["items"]:
                    if (view.get("wait") or {}).get("sitting_id"):
                        player = Player(self._api, None, self._key, view["number"])
                        player.view = view
                        self._players[player.number] = player
                if not page["next_cursor"]:
                    break
                cursor = {"cursor": page["next_cursor"]}

    async def _announce(self, cases: Sequence[DemoCase]) -> None:
        """Every sitting of the quarter: of three communities and the alliance, and the check-ins of the estates that
        have cases. On a stack that has played a quarter, the next one."""
        communities = self.report.organisation["communities"][:COMMUNITIES]
        estates = {case.estate for case in cases}
        upper = [*(it["id"] for it in communities), self.report.organisation["alliance"]["id"]]
        lower = [it["id"] for community in communities for it in community["estates"] if it["id"] in estates]
        found = dict(zip((*upper, *lower), await self._all(map(self._ahead, (*upper, *lower))), strict=True))
        begins = min(some[0].starts_at for some in found.values() if some)
        self._ends_at = begins + QUARTER
        quarter = {forum: [it for it in some if it.starts_at <= self._ends_at] for forum, some in found.items()}
        self._sittings.update({it.id: it for some in quarter.values() for it in some})
        self._doings = chairing.story([quarter[it] for it in upper[:-1]], quarter[upper[-1]])

    async def _ahead(self, forum: str) -> list[Planned]:
        """A forum's sittings that can still be played from their drafting on."""
        now = datetime.now(UTC)
        span = {"from": now.isoformat(), "to": (now + 8 * QUARTER).isoformat()}
        found = await self._api.get(f"/forums/{forum}/sittings", EVERY_EYE, **span)
        some = [_planned(view) for view in found["items"]]
        return [it for it in some if not it.begun and it.drafts_at > now]

    async def _all(self, work: Iterable[Awaitable[list[Planned]]]) -> list[list[Planned]]:
        return list(await asyncio.gather(*work))

    async def _file(self, cases: Sequence[DemoCase]) -> None:
        players = [Player(self._api, case, self._key) for case in cases]

        async def one(player: Player) -> None:
            assert player.case is not None
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
        played = {it.id for it in self._sittings.values() if not it.over}
        waiting = (self._waiting(player) for player in self._players.values())
        cases = (of_case(case, ends_at=self._ends_at, played=played) for case in waiting)
        return [due for due in (*cases, *map(of_sitting, self._sittings.values())) if due is not None]

    def _waiting(self, player: Player) -> Waiting:
        return player.waiting(self._sittings)

    async def _guarded(self, due: Due) -> None:
        async with self._gate:
            if due.order == Order.SITTING:
                await self._move_sitting(self._sittings[due.who], due.at)
                return
            player = self._players[due.who]
            step = player.next_step
            try:
                if due.order == Order.EXPIRY:
                    await player.pass_wait(due.at)
                else:
                    self._tick(await player.act(due.at, self._numbers))
            except (WentWrong, Refused) as error:
                self._wrong(player, named(step), error)
                await player.look()
            await self._see(player)

    async def _see(self, player: Player) -> None:
        """A sitting that a case waits for is played."""
        sitting = player.sitting
        goes_on = player.next_step is not None
        if sitting is not None and sitting not in self._sittings and goes_on:
            self._sittings[sitting] = _planned(await self._api.get(f"/sittings/{sitting}", EVERY_EYE))

    # ---------------------------------------------------------------- sittings

    async def _move_sitting(self, sitting: Planned, to: datetime) -> None:
        try:
            if not sitting.begun:
                await self._api.post("/dev/convene", EVERY_EYE, {"sitting": sitting.id}, self._key(sitting.id))
            await self._api.post("/dev/fast-forward", EVERY_EYE, {"workflow_id": sitting.id, "to": to.isoformat()})
            await self._look_at(sitting.id)
            for doing in self._doings.get(sitting.id, ()):
                if doing.after == self._sittings[sitting.id].status:
                    await self._do(sitting.id, doing)
        except Refused as error:
            problem = Problem(sitting.id, None, 0, f"to {to:%Y-%m-%d %H:%M}", str(error))
            self.report.problems.append(problem)
            self._sittings.pop(sitting.id)

    async def _do(self, sitting: str, doing: chairing.Doing) -> None:
        before = self._sittings[sitting]
        await chairing.do(self._api, sitting, doing, self._key(f"{sitting}-{doing.what}"))
        self._doings[sitting] = tuple(it for it in self._doings[sitting] if it != doing)
        await self._look_at(sitting)
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

    async def _look_at(self, sitting: str) -> None:
        self._sittings[sitting] = _planned(await self._api.get(f"/sittings/{sitting}", EVERY_EYE))
        if self._sittings[sitting].over:
            self._tick(0)

    async def _shifted(self) -> list[str]:
        forums = {it["id"]: it for it in (await self._api.get("/forums", EVERY_EYE))["items"]}
        views = await asyncio.gather(*(self._api.get(f"/sittings/{it}", EVERY_EYE) for it in self.report.sittings))
        return [view["id"] for view in views if is_shifted(forums[view["forum"]], view)]

    def _begun(self) -> Iterable[str]:
        return (it.id for it in self._sittings.values() if it.begun)

    # ---------------------------------------------------------------- what is told

    def _wrong(self, player: Player, what: str, error: Exception) -> None:
        key = player.case.key if player.case else player.number
        self.report.problems.append(Problem(key, player.number or None, player.step, what, str(error)))
        player.abandon()

    def _tick(self, steps: int) -> None:
        self._taken += steps
        over = sum(it.over for it in self._sittings.values())
        self._progress(self._taken + over, self._steps + len(self._sittings))

    def _played(self, player: Player) -> Played:
        assert player.case is not None
        return Played(
            player.case.key, player.number, player.view, player.now, player.skips, player.refusals, player.stars
        )

    def _key(self, what: str) -> str:
        return f"demo-{self._run}-{what}"


def _waits_for(player: Player, sitting: Planned) -> bool:
    """Whether a case waits for a sitting with the dates that it has here."""
    wait = player.view.get("wait") or {}
    return wait.get("sitting_id") == sitting.id and datetime.fromisoformat(wait["until"]) == sitting.minutes_due


def _planned(view: Json) -> Planned:
    dates = ("drafts_at", "freezes_at", "starts_at", "ends_at", "minutes_due")
    return Planned(
        id=view["id"], forum=view["forum"], status=view["status"], begun=view["version"] > 0,
        **{name: datetime.fromisoformat(view[name]) for name in dates},
    )  # fmt: skip
