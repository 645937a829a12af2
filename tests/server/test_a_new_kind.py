"""A kind of process that no other file knows: a tool that is lent. It is declared; and what it gets for nothing."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta
    from typing import Annotated, Any, ClassVar, Literal

    import pytest
    from pydantic import Field

    from domain.errors import Refusal
    from domain.forms.asking import Asked, Offer, Offered
    from domain.permission import SYSTEM, Audience
    from domain.policy.rules import Rules
    from domain.process import Ordered, PlainState, PlainWait, WaitOver
    from domain.signals import SignalRefused
    from domain.stream import Instant, Schema, StreamEvent, StreamFact
    from domain.text.writing import Line
    from domain.words.bilingual import both
    from domain.words.kind_words import KindWords
    from stack.temporal import TemporalServer
    from store.registry import REGISTRY, unlisted
    from tests.api.test_stream import events, taken
    from tests.support.console import filled, text_of, visiting
    from tests.support.kinds import attributes_of, audited, lose, stack_with, timers
    from tests.support.stack import Stack
    from workflows.host import Host
    from workflows.messages import ProcessInput
    from workflows.names import Vocabulary
    from workflows.plain import plain_kind
    from workflows.processes import PROCESSES


class Lend(Offered):
    offer: ClassVar[Offer] = Offer(both("借出", "Lend"))
    kind: Literal["lend"] = "lend"
    tool: Annotated[Line, Asked(both("工具", "Tool"))]
    estate: Annotated[Line, Asked(both("小区", "Estate"))]
    days: Annotated[int, Field(ge=1, le=30), Asked(both("天数", "Days"))]


class GiveBack(Offered):
    offer: ClassVar[Offer] = Offer(both("归还", "Return"))
    kind: Literal["return"] = "return"
    condition: Annotated[Line, Asked(both("完好程度", "Condition"))]


class LoanCommand(Ordered[Annotated[Lend | GiveBack | WaitOver, Field(discriminator="kind")]]):
    """In its envelope."""


class Lent(StreamFact):
    type: Literal["lent"] = "lent"
    tool: str
    estate: str
    due: Instant
    language: str


class Returned(StreamFact):
    type: Literal["returned"] = "returned"
    condition: str


class Overdue(StreamFact):
    type: Literal["overdue"] = "overdue"


LoanFact = Annotated[Lent | Returned | Overdue | SignalRefused, Field(discriminator="type")]
LoanEvent = StreamEvent[LoanFact]


class LoanState(PlainState):
    tool: str
    estate: str
    due: Instant


def decide(rules: Rules, state: LoanState | None, command: LoanCommand, now: datetime) -> tuple[StreamEvent[Any], ...]:
    body, actor = command.body, command.actor
    estate = body.estate if isinstance(body, Lend) else state.estate if state else ""
    if actor != SYSTEM and not rules.organisation.covers(actor.unit or "", estate):
        raise Refusal("forbidden")
    if isinstance(body, Lend):
        due, language = now + timedelta(days=body.days), rules.ladder.language
        return (LoanEvent(fact=Lent(at=now, tool=body.tool, estate=estate, due=due, language=language), actor=actor),)
    if state is None or state.closed:
        raise Refusal("not_allowed_now", decision=body.kind, stage="returned", allowed=[])
    if isinstance(body, GiveBack):
        return (LoanEvent(fact=Returned(at=now, condition=body.condition), actor=actor),)
    return (LoanEvent(fact=Overdue(at=now), actor=actor),)


def evolve(number: str, state: LoanState | None, fact: Any, command: str) -> LoanState:
    if state is None:
        given = {name: getattr(fact, name) for name in ("tool", "estate", "due", "language", "at")}
        return LoanState(id=number, stage="lent", commands=(command,), **given)
    stage = fact.type if fact.type in STAGES else state.stage
    return state.after(fact, command, stage=stage, closed=stage == "returned")


STAGES = {"lent": both("已借出", "lent"), "overdue": both("逾期", "overdue"), "returned": both("已归还", "returned")}
WAITS = {"due": both("等归还{tool}", "{tool} is due")}
LOAN = plain_kind(
    id="loan",
    path="loans",
    prefix="LOAN",
    words=KindWords(both("工具借用", "loan"), both("工具借用", "loans"), STAGES, STAGES, WAITS),
    names=Vocabulary.of("loan", "工具借用", {"lend": "借出 lend", "return": "归还 return"}, {"due": "到期·未还 due"}),
    state=LoanState,
    command=LoanCommand,
    fact=LoanFact,
    opens="lend",
    waits=lambda state: (PlainWait(kind="due", until=state.due),) if state.stage == "lent" else (),
    decide=decide,
    evolve=evolve,
    audience=lambda rules, state: Audience({unit.id for unit in rules.organisation.lineage(state.estate)}),
    allowed=lambda rules, actor, state: () if state.closed or actor.role != "officer" else ("return",),
)
HOUSE = REGISTRY.with_(unlisted(LOAN, Schema(LoanEvent, 1), "lent"))


@workflow.defn(name=LOAN.names.workflow)
class LoanWorkflow(Host[LoanState, LoanCommand, PlainWait]):
    kind = LOAN

    @workflow.init
    def __init__(self, start: ProcessInput[LoanState]) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessInput[LoanState]) -> str:
        return (await self.live()).stage


RUN = (*PROCESSES, LoanWorkflow)
DRILL = {"kind": "lend", "tool": "电钻", "estate": "mudan-garden", "days": 7}
BACK = {"kind": "return", "condition": "完好"}


@pytest.fixture(scope="module")
def stack(new_database: Callable[[], Any], temporal_server: TemporalServer, tmp_path_factory: Any) -> Iterator[Stack]:
    with stack_with(__name__, tmp_path_factory.mktemp("loans"), new_database(), temporal_server.address) as running:
        yield running


def test_it_is_begun_commanded_refused_told_and_kept_from_others(stack: Stack) -> None:
    before = stack.logged("")[1]
    with stack.calling("estate-mudan-garden") as officer, stack.calling("estate-gulou-yuan") as other:
        begun, again = (officer.post("/loans", DRILL, idempotency_key="drill") for _ in range(2))
        loan, at = begun.json()["id"], begun.headers["location"].removeprefix("/api/v1")
        assert (begun.status_code, again.json()) == (201, begun.json())
        assert [it["id"] for it in officer.get("/loans").json()["items"]] == [loan]
        assert other.get("/loans").json()["items"] == []
        assert other.get(at).json()["code"] == other.post(f"{at}/commands", BACK).json()["code"] == "forbidden"
        assert officer.post(f"{at}/commands", BACK, if_match='"9"').json()["code"] == "version_conflict"
        assert other.post(f"{at}/commands", BACK, if_match='"9"').json()["code"] == "forbidden"
        done, again = (officer.post(f"{at}/commands", BACK, idempotency_key="back") for _ in range(2))
        assert (again.json(), done.json()["stage_name"], done.json()["waits"]) == (done.json(), "已归还", [])
        assert officer.post(f"{at}/commands", BACK).json()["code"] == "not_allowed_now"
        story = officer.get(f"{at}/events").json()["items"]
        told = taken(events(officer, before), loan, 2)
        assert [it["label"] for it in story] == [it["label"] for it in told] == ["已借出", "已归还"]
    with visiting(stack, "supervisor") as supervisor:
        assert loan in text_of(supervisor.get("/audit").text)


def test_it_waits_in_words_is_brought_back_when_it_is_lost_and_passes_time_in_a_rehearsal(stack: Stack) -> None:
    with stack.calling("estate-mudan-garden") as officer:
        loan = officer.post("/loans", DRILL).json()["id"]
        assert timers(stack, loan) == ["等归还电钻"]
        assert attributes_of(stack, loan).items() >= {"Stage": "lent"}.items()
        lose(stack, loan)
        found, mended = audited(stack, HOUSE, loan), audited(stack, HOUSE, loan, repair=True)
        assert (found, mended) == ([("missing", None)], [("missing", "restarted")])
        assert officer.post("/dev/fast-forward", {"workflow_id": loan, "days": 8}).json()["stage"] == "overdue"


def test_its_routes_and_commands_are_in_the_document(stack: Stack) -> None:
    with stack.calling() as nobody:
        document = nobody.http.get(f"{stack.base}/openapi.json").json()
    assert {f"/api/v1/loans{rest}" for rest in ("", "/{process_id}", "/{process_id}/commands")} <= set(
        document["paths"]
    )
    assert {"Lend", "GiveBack", "LoanProcess"} <= set(document["components"]["schemas"])


def test_it_has_plain_pages_with_its_story_and_forms_of_its_commands(stack: Stack) -> None:
    with visiting(stack, "estate-mudan-garden") as officer:
        at = filled(officer, "/loans", **DRILL).headers["location"]
        assert all(
            words in text_of(officer.get(at).text) for words in ("已借出", "等归还电钻", "完好程度", "工具 电钻")
        )
        assert filled(officer, at, **{**BACK, "condition": ""}).status_code == 422
        assert filled(officer, at, **BACK).headers["location"] == at
        assert "完好程度：完好" in text_of(officer.get(at).text)
