"""What one decision reads and folds on its way from who asks to the answer: the recorder knows what it has written, and
who answers reads what is new in the log, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from temporalio.testing import ActivityEnvironment

from activities.record import Recorder
from domain.case import AddNote, CaseState, Command, Contact, Fact
from domain.case.commands import AnyDecision
from domain.errors import Refusal
from services.sending import Running, Sending
from store import folding
from store.log import EventLog, StoredEvent
from store.registry import Registered
from tests.engine.conftest import Engine, officer
from workflows.kinds import CASE
from workflows.messages import Recorded, RecordOrder

if TYPE_CHECKING:
    from store.database import Pool

CONTACT = Contact(kind="contact", how="电话", outcome="已约定")
NOTE = AddNote(kind="note", text="已看现场")


class Counted(EventLog):
    """The log, with how often it was read."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.reads = 0

    async def read(self, stream: str, after_version: int = 0, to_version: int | None = None) -> tuple[StoredEvent, ...]:
        self.reads += 1
        return await super().read(stream, after_version, to_version)


class Folds:
    """How often an event is folded into a case's state."""

    def __init__(self) -> None:
        self.done = 0

    @property
    def kind(self) -> folding.Kind[CaseState, Fact]:
        """The cases' streams, counted."""

        def evolve(number: str, state: CaseState | None, fact: Fact, command: str) -> CaseState:
            self.done += 1
            return folding.CASES.evolve(number, state, fact, command)

        return replace(folding.CASES, evolve=evolve)


class Counts:
    """Reads and folds since they were last asked for."""

    def __init__(self, log: Counted, folds: Folds) -> None:
        self._log, self._folds, self._before = log, folds, (0, 0)

    def __call__(self) -> tuple[int, int]:
        now = (self._log.reads, self._folds.done)
        since = (now[0] - self._before[0], now[1] - self._before[1])
        self._before = now
        return since


def asking(engine: Engine) -> tuple[Sending[CaseState, Command], Counts]:
    """What sends decisions and answers, as an API process does."""

    async def decides(state: CaseState, command: Command) -> None:
        raise AssertionError("nothing is refused here")

    log, folds, running = Counted(engine.pool), Folds(), Running()
    running.processes = engine.processes
    missing: Callable[[str], Exception] = lambda number: Refusal("unknown_case", number=number)  # noqa: E731
    return Sending(engine.pool, log, running, Registered(CASE, folds.kind), decides, missing), Counts(log, folds)


def recording(engine: Engine) -> tuple[Recorder, Counts]:
    """A worker's recorder."""
    log, folds = Counted(engine.pool), Folds()
    recorder = Recorder(log, engine.rulebook)
    recorder._streams = folds.kind
    return recorder, Counts(log, folds)


def command(engine: Engine, body: AnyDecision, id: str) -> Command:
    return Command(id=engine.number(id), actor=officer("nancheng"), body=body)


async def recorded(engine: Engine, recorder: Recorder, state: CaseState, sent: Command) -> Recorded[Any]:
    order = RecordOrder[CaseState, Command](number=state.number, state=state, command=sent, now=engine.clock.now())
    answer: Recorded[Any] = await ActivityEnvironment().run(recorder.record, order)
    return answer


async def test_an_answer_reads_what_is_new_once_and_folds_it_once(engine: Engine) -> None:
    await engine.open("A")
    sending, counts = asking(engine)
    first = await sending.send(engine.number("A"), command(engine, CONTACT, "c-1"))
    assert counts() == (1, 2)  # a case that this process has not seen: the opening, and the contact
    assert [row.type for row in first.events] == ["resident_contacted"]
    for n in range(3):
        done = await sending.send(engine.number("A"), command(engine, NOTE, f"n-{n}"))
        assert counts() == (1, 1)
        assert done.state == await engine.state("A")
        assert [row.type for row in done.events] == ["note_added"]


async def test_the_same_command_again_is_answered_from_the_log_as_it_was_then(engine: Engine) -> None:
    await engine.open("A")
    sending, _ = asking(engine)
    number, sent = engine.number("A"), command(engine, CONTACT, "c-1")
    first = await sending.send(number, sent)
    await sending.send(number, command(engine, NOTE, "n-1"))
    assert await sending.before(number, sent.id) == first
    other, counts = asking(engine)  # another API process
    assert await other.before(number, sent.id) == first
    assert counts() == (1, 2)


async def test_the_recorder_folds_what_it_writes_once_and_reads_it_never(engine: Engine) -> None:
    await engine.open("A")
    recorder, counts = recording(engine)
    answer = await recorded(engine, recorder, await engine.state("A"), command(engine, CONTACT, "c-1"))
    assert counts() == (1, 1)  # the hash of the event before, which another worker wrote
    assert [logged.fact.type for logged in answer.facts] == ["resident_contacted"]
    for n in range(3):
        state = await engine.state("A")
        answer = await recorded(engine, recorder, state, command(engine, NOTE, f"n-{n}"))
        assert counts() == (0, 1)
        assert [logged.fact for logged in answer.facts] == [folding.event_of((await engine.rows("A"))[-1]).fact]


async def test_a_recorder_that_is_behind_the_log_takes_in_what_it_has_and_writes_nothing_twice(engine: Engine) -> None:
    await engine.open("A")
    opened = await engine.state("A")
    await engine.send("A", "note", text="别处记下的")
    recorder, _ = recording(engine)
    sent = command(engine, CONTACT, "c-1")
    types = ["note_added", "resident_contacted"]
    answer = await recorded(engine, recorder, opened, sent)
    assert [logged.fact.type for logged in answer.facts] == types
    assert (await recorded(engine, recorder, opened, sent)).facts == answer.facts  # as after a death before the answer
    assert await engine.types("A") == ["case_opened", *types]
    assert [logged.command is None for logged in answer.facts] == [False, True]
