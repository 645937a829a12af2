"""One case of the demo on its way through its script: what it does, and when it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from demo.client import Api, Json, Refused
from demo.script import AddToAgenda, Advance, Decide, DemoCase, Say, StandDown, Step, WaitFor
from demo.timeline import INTO_THE_SESSION, Planned, Waiting
from domain.policy.calendar import SHANGHAI

EVERY_EYE = "supervisor"
AFTER_THE_FREEZE = timedelta(minutes=30)
_BESIDE_THE_MEETING = frozenset({"note", "assign", "supervise"})


class WentWrong(Exception):
    """A step that did not go as its script says."""


class Player:
    """A case with its script.

    ``now``: when it was looked at last. ``step``: which step of the script is next; ``since``: when that became so.
    """

    def __init__(self, api: Api, case: DemoCase, key: Callable[[str], str]) -> None:
        self._api = api
        self._key = key
        self.case = case
        self.number = ""
        self.view: Json = {}
        self.now = datetime.min.replace(tzinfo=SHANGHAI)
        self.since = self.now
        self.step = 0
        self.refusals = 0
        self.stars: int | None = None
        self._code = ""
        self._at_sitting: str | None = None
        self._abandoned = False

    # ---------------------------------------------------------------- where it stands

    @property
    def next_step(self) -> Step | None:
        """What its script wants next; None when it is through."""
        if self._abandoned or self.step >= len(self.case.script):
            return None
        return self.case.script[self.step]

    @property
    def sitting(self) -> str | None:
        """The sitting that it waits for."""
        wait = self.view.get("wait")
        return wait["sitting_id"] if wait else None

    def waiting(self, sittings: Mapping[str, Planned]) -> Waiting:
        """What it waits for, as far as time goes."""
        wait = self.view.get("wait")
        step = self.next_step
        return Waiting(
            number=self.number,
            until=datetime.fromisoformat(wait["until"]) if wait else None,
            acts_at=self._acts_at(step, sittings) if step else None,
            scripted=step is not None,
        )

    def _acts_at(self, step: Step, sittings: Mapping[str, Planned]) -> datetime | None:
        if isinstance(step, Advance):
            return self.since + timedelta(days=step.advance.days, hours=step.advance.hours)
        if not isinstance(step, WaitFor):
            return self.since
        if step.wait_for == "expiry":
            return None
        if step.wait_for == "freeze":
            return self._frozen_at(sittings) + AFTER_THE_FREEZE
        if self.sitting is None:
            return self.since  # `act` says what is wrong
        return sittings[self.sitting].starts_at + INTO_THE_SESSION

    def _frozen_at(self, sittings: Mapping[str, Planned]) -> datetime:
        """When its community's next agenda freezes."""
        ahead = [it for it in sittings.values() if it.forum == self.view["community"] and it.freezes_at > self.since]
        return min((it.freezes_at for it in ahead), default=self.since + timedelta(days=31))

    def abandon(self) -> None:
        """Its script went wrong: from here on it goes by rule."""
        self._abandoned = True

    # ---------------------------------------------------------------- what it does

    async def look(self) -> None:
        """Reads the case again."""
        self.view = await self._api.get(f"/cases/{self.number}", EVERY_EYE)

    async def file(self) -> None:
        """Files the issue."""
        case = self.case
        body: dict[str, Any] = {
            "estate": case.estate,
            "category": case.category,
            "title": case.title,
            "description": case.description,
            "channel": case.channel,
            "severity": case.severity,
            "reporter": case.reporter.model_dump(),
        }
        if case.emergency:
            body["emergency"] = case.emergency
        self.view = {"estate": case.estate, "community": await self._community(case.estate)}
        filed = await self._api.post("/cases", self._account(case.filed_by), body, self._key(f"{case.key}-file"))
        self.number, self._code, self.view = filed["number"], filed["code"], filed
        self.now = self.since = datetime.fromisoformat(filed["opened_at"])

    async def see_wait_pass(self, at: datetime) -> None:
        """What it waited for has passed at ``at``. Raises WentWrong, Refused."""
        before = self.view.get("wait")
        await self.look()
        if self.view.get("wait") == before:
            raise WentWrong("its wait has not passed")
        self._at_sitting = None
        step = self.next_step
        if isinstance(step, WaitFor) and step.wait_for == "expiry":
            self.step, self.since = self.step + 1, at

    async def act(self, at: datetime, now: datetime, numbers: Mapping[str, str]) -> int:
        """Takes its script's next steps, as far as they go at one instant; how many. Raises WentWrong, Refused."""
        self.now = now
        began = self.step
        step = self.next_step
        if isinstance(step, WaitFor | Advance):
            await self.look()
            if isinstance(step, WaitFor) and step.wait_for == "sitting":
                if self.sitting is None:
                    raise WentWrong("the case does not wait for a sitting")
                self._at_sitting = self.sitting
            self.step += 1
        while (step := self.next_step) is not None and not isinstance(step, WaitFor | Advance):
            await self._take(step, numbers)
            self.step += 1
        self.since = at
        await self.look()
        if self.next_step is None:
            self._compare()
        return self.step - began

    async def _take(self, step: Step, numbers: Mapping[str, str]) -> None:
        if isinstance(step, Decide):
            await self._decide(step, numbers)
        elif isinstance(step, Say):
            body = {"code": self._code, "kind": step.word, "stars": step.stars, "reason": step.reason}
            given = {name: value for name, value in body.items() if value is not None}
            await self._api.post(f"/cases/{self.number}/word", None, given, self._step_key())
            self.stars = step.stars or self.stars
        elif isinstance(step, AddToAgenda):
            await self._add(step)
        elif isinstance(step, StandDown):
            await self.look()
            given = step.model_dump(exclude={"stand_down"}, exclude_none=True)
            emergency = f"/emergencies/{self.view['emergency_id']}"
            await self._finish_what_is_required(emergency)
            body = {"outcome": step.stand_down, **given}
            await self._api.post(f"{emergency}/stand-down", self._account("alliance"), body, self._step_key())

    async def _finish_what_is_required(self, emergency: str) -> None:
        """Each department signs for its required tasks and reports them done, as they open; what has not opened by
        then, or has to name a company or a date, the alliance waives."""
        finished = 0
        while left := _required_of(view := await self._api.get(emergency, EVERY_EYE)):
            running = [task for task in left if task["status"] != "pending" and task["records"] is None]
            for task in running or left[:1]:
                finished += 1
                path, key = f"{emergency}/tasks/{task['id']}/reports", f"{self._step_key()}-{finished}"
                if not running:
                    waive = {"kind": "waive", "reason": "险情已排除，不再需要"}
                    await self._api.post(path, self._account("alliance"), waive, key)
                    continue
                account = self._reporter(view, task)
                if task["status"] == "open":
                    await self._api.post(path, account, {"kind": "sign"}, f"{key}-sign")
                await self._api.post(path, account, {"kind": "done", "note": "已按预案办妥"}, key)

    def _reporter(self, view: Json, task: Json) -> str:
        """The account that reports a task: its department's, for a unit's own the alliance's."""
        departments = {branch["department"] for branch in view["branches"]}
        return f"dept-{task['department']}" if task["department"] in departments else self._account("alliance")

    async def _decide(self, step: Decide, numbers: Mapping[str, str]) -> None:
        known = {step.follows: numbers[step.follows]} if step.follows else {}
        body = step.body(self.now.astimezone(SHANGHAI).date(), known)
        if self._at_sitting is not None and step.decide not in _BESIDE_THE_MEETING:
            body["sitting"] = self._at_sitting
        path = f"/cases/{self.number}/decisions"
        try:
            await self._api.post(path, self._account(step.by), body, self._step_key())
        except Refused as refused:
            if refused.code != step.refused:
                raise
            self.refusals += 1
            return
        if step.refused is not None:
            raise WentWrong(f"it should have been refused as {step.refused}")
        if "sitting" in body:
            self._at_sitting = None
        if step.decide == "reroute":
            await self.look()  # another estate's officers act from here on

    async def _add(self, step: AddToAgenda) -> None:
        """Puts itself on the agenda that is frozen now, of its own tier's unit."""
        await self.look()
        forum = self.view[self.view["tier"]]
        account = self._account(self.view["tier"])
        span = {"from": self.now.isoformat(), "to": (self.now + timedelta(days=40)).isoformat()}
        found = await self._api.get(f"/forums/{forum}/sittings", account, **span)
        frozen = next((it for it in found["items"] if it["status"] == "frozen" and it["version"]), None)
        if frozen is None:
            raise WentWrong(f"no agenda of {forum} is frozen")
        body = {"case": self.number, "reason": step.add_to_agenda}
        await self._api.post(f"/sittings/{frozen['id']}/addenda", account, body, self._step_key())
        await self._until_on(frozen["id"])

    async def _until_on(self, sitting: str) -> None:
        for _ in range(200):
            await self.look()
            if self.sitting == sitting:
                return
            await self._api.pause()
        raise WentWrong(f"the case was not put on {sitting}")

    def _compare(self) -> None:
        """Whether the case stands where its script wants it."""
        for name, wanted in self.case.ends.model_dump(exclude_none=True).items():
            if self.view.get(name) != wanted:
                raise WentWrong(f"its {name} is {self.view.get(name)}, should be {wanted}")

    def _account(self, post: str) -> str:
        return f"{post}-{self.view[post]}" if post in ("estate", "community") else post

    async def _community(self, estate: str) -> str:
        organisation = await self._api.get("/organisation", EVERY_EYE)
        for community in organisation["communities"]:
            if any(it["id"] == estate for it in community["estates"]):
                return str(community["id"])
        raise WentWrong(f"no community has the estate {estate}")

    def _step_key(self) -> str:
        return self._key(f"{self.case.key}-{self.step}")


def _required_of(view: Json) -> list[Json]:
    """The required tasks of an emergency that are not finished."""
    return [task for task in view["tasks"] if task["required"] and task["status"] not in ("done", "waived")]


def named(step: Step | None) -> str:
    """A step as its script writes it, in short."""
    if isinstance(step, Decide):
        return f"decide {step.decide} as {step.by}"
    if isinstance(step, WaitFor):
        return f"wait_for {step.wait_for}"
    if isinstance(step, Say):
        return f"word {step.word}"
    if isinstance(step, AddToAgenda):
        return "add_to_agenda"
    if isinstance(step, StandDown):
        return "stand_down"
    return "ends" if step is None else "advance"
