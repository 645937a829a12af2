"""Notices of a sitting: into the inbox, and to a real receiver on this machine, each once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.record import SittingRecorder
from domain.notices import Channels
from domain.policy.policy_file import PolicyError
from domain.sitting import Reschedule, SittingCommand, SittingState
from services.policy_folder import read_channels
from store.notices import Notice, Notices
from store.papers import Papers
from tests.domain.given import nancheng
from tests.engine.conftest import Engine, officer, until
from workflows.messages import NoticeOrder, RecordOrder


class Receiver:
    """Takes what is posted to it; refuses the first ``refuses`` with 500."""

    def __init__(self, refuses: int = 0) -> None:
        self.refuses = refuses
        self.got: list[dict[str, Any]] = []
        self.asked = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                receiver.asked += 1
                refused = receiver.asked <= receiver.refuses
                if not refused:
                    receiver.got.append(body)
                self.send_response(500 if refused else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"json://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.stop()


async def told(engine: Engine, unit: str | None = None) -> list[Notice]:
    """A unit's notices, oldest first."""
    return list(reversed(await Notices(engine.pool).list(unit, limit=200)))


async def test_a_sittings_members_find_its_agenda_new_date_and_minutes_in_the_inbox(engine: Engine) -> None:
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await engine.command(sitting.id, "reschedule", starts_at=sitting.starts_at + timedelta(days=7), reason="会场另用")
    dates = (await engine.sitting_state(sitting.id)).dates
    await engine.pass_sitting_to(sitting.id, dates.minutes_due)
    assert await engine.client.get_workflow_handle(sitting.id).result() == "closed"
    for unit in ("laocheng", "mudan-garden"):
        notices = await told(engine, unit)
        assert [one.kind for one in notices] == ["rescheduled", "agenda", "minutes"]
        assert {one.status for one in notices} == {"inbox"}
    assert await told(engine, "guangfu") == []


async def test_a_cancelled_sitting_is_told_before_its_process_ends(engine: Engine) -> None:
    sitting = engine.next_sitting("nancheng")
    await engine.convene(sitting)
    await engine.command(sitting.id, "cancel", reason="没有议题")
    assert await engine.client.get_workflow_handle(sitting.id).result() == "cancelled"
    for unit in ("nancheng", "laocheng", "urban"):
        assert [one.kind for one in await told(engine, unit)] == ["cancelled"]


async def test_a_missed_answer_is_told_once_to_the_unit_that_has_the_case_and_to_the_one_above(engine: Engine) -> None:
    await engine.open("A", joint_names=12)
    await engine.send("A", "contact", by=officer("mudan-garden"), how="电话", outcome="已联系")
    await engine.send("A", "escalate", by=officer("mudan-garden"), reason="需社区协调")
    await engine.send("A", "escalate", reason="需联盟协调")
    await engine.pass_time("A", days=9)
    await until(lambda: engine.has_happened("A", "answer_missed"))
    number = engine.number("A")

    async def both_are_told() -> bool:
        return len(await told(engine, "nancheng")) == 2

    await until(both_are_told)
    found = await told(engine, "nancheng")
    assert {one.kind for one in found} == {"answer_missed", "acceptance_missed"}
    assert all(one.case_number == number and number in one.subject for one in found)
    assert await told(engine, "mudan-garden") == []  # the alliance has it, and nobody is above


@pytest.mark.long
async def test_a_receiver_that_fails_is_tried_again_and_gets_the_notice_once(
    engine: Engine, receiver: Receiver
) -> None:
    receiver.refuses = 1
    await set_up(engine, {"LAOCHENG_HOOK": receiver.address})
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await engine.command(sitting.id, "cancel", reason="没有议题")
    await engine.client.get_workflow_handle(sitting.id).result()
    (notice,) = await told(engine, "laocheng")
    assert (notice.status, notice.attempts, notice.failure) == ("sent", 2, None)
    assert notice.sent_at is not None
    (got,) = receiver.got
    assert (got["title"], sitting.id in got["message"]) == (notice.subject, True)


async def test_an_address_that_took_a_notice_does_not_get_it_again_for_another_that_did_not(
    engine: Engine, receiver: Receiver
) -> None:
    channels = Channels(units={"laocheng": ("GOOD", "BAD")})
    order = await an_order(engine)
    notifier = engine.notifier(channels, {"GOOD": receiver.address})
    for _ in range(2):
        with pytest.raises(ApplicationError, match="laocheng"):
            await ActivityEnvironment().run(notifier.notify, order)
    assert len(receiver.got) == 1
    (notice,) = await told(engine, "laocheng")
    assert (notice.status, notice.attempts, notice.failure) == ("failed", 2, "BAD: not set")
    mended = engine.notifier(channels, dict.fromkeys(("GOOD", "BAD"), receiver.address))
    for _ in range(2):
        await ActivityEnvironment().run(mended.notify, order)
    assert len(receiver.got) == 2
    (notice,) = await told(engine, "laocheng")
    assert (notice.status, notice.delivered) == ("sent", ["GOOD", "BAD"])


async def test_a_failure_never_tells_the_address(engine: Engine, receiver: Receiver) -> None:
    receiver.refuses = 1
    channels = Channels(units={"laocheng": ("HOOK", "ODD")})
    notifier = engine.notifier(channels, {"HOOK": receiver.address, "ODD": "secret-token"})
    with pytest.raises(ApplicationError) as caught:
        await ActivityEnvironment().run(notifier.notify, await an_order(engine))
    (notice,) = await told(engine, "laocheng")
    assert notice.failure == "HOOK: not taken; ODD: not an address that Apprise knows"
    assert "secret-token" not in str(caught.value)


async def test_a_unit_reads_its_own_notices_only(engine: Engine) -> None:
    await ActivityEnvironment().run(engine.notifier(Channels(), {}).notify, await an_order(engine))
    notices = Notices(engine.pool)
    (notice,) = await notices.list("laocheng", unread=True)
    assert await notices.read(notice.id, "mudan-garden", notice.made_at) is None
    read = await notices.read(notice.id, "laocheng", notice.made_at)
    assert read is not None
    again = await notices.read(notice.id, "laocheng", notice.made_at + timedelta(days=1))
    assert again == read
    assert await notices.list("laocheng", unread=True) == ()
    every = await notices.list(None, limit=2)
    assert {one.id for one in every}.isdisjoint({one.id for one in await notices.list(None, after=every[-1].id)})


def test_channels_name_variables_and_never_an_address(tmp_path: Path) -> None:
    assert read_channels(tmp_path).channels == Channels()
    file = tmp_path / "notices.yaml"
    file.write_text("version: '1'\nunits:\n  laocheng: [LAOCHENG_HOOK]\n", "utf-8")
    assert read_channels(tmp_path).channels.of("laocheng") == ("LAOCHENG_HOOK",)
    file.write_text("version: '1'\nunits:\n  laocheng: ['json://127.0.0.1/hook']\n", "utf-8")
    with pytest.raises(PolicyError) as caught:
        read_channels(tmp_path)
    assert caught.value.problems[0].line == 3


async def set_up(engine: Engine, environ: dict[str, str]) -> None:
    """The worker starts again with these addresses for Laocheng."""
    engine.channels, engine.environ = Channels(units={"laocheng": tuple(environ)}), environ
    await engine.restart_worker()


async def an_order(engine: Engine) -> NoticeOrder:
    """A sitting is moved, and its process has not told anybody yet: no worker serves."""
    sitting = engine.next_sitting("laocheng")
    await engine.convene(sitting)
    await engine.stop_worker()
    state, now = await engine.sitting_state(sitting.id), datetime.now(UTC)
    body = Reschedule(starts_at=sitting.starts_at + timedelta(days=7), reason="会场另用")
    command = SittingCommand(id=f"{sitting.id}:moved", actor=officer("nancheng"), body=body)
    order = RecordOrder[SittingState, SittingCommand](number=sitting.id, state=state, command=command, now=now)
    recorder = SittingRecorder(engine.log, engine.rulebook, Papers(engine.pool, engine.rulebook))
    assert (await ActivityEnvironment().run(recorder.record, order)).refused is None
    await engine.start_worker()
    return NoticeOrder(sitting=sitting.id, version=2)


async def test_a_notice_that_failed_is_sent_again_to_who_has_not_taken_it(engine: Engine, receiver: Receiver) -> None:
    channels = Channels(units={"laocheng": ("GOOD", "BAD"), "mudan-garden": ("BAD",)})
    order, now = await an_order(engine), engine.clock.now()
    notifier = engine.notifier(channels, {"GOOD": receiver.address})
    with pytest.raises(ApplicationError):
        await ActivityEnvironment().run(notifier.notify, order)
    long_ago = now - timedelta(days=1)
    sent, failed = await notifier.resend(long_ago, "laocheng")
    assert ([it.unit for it in sent], [it.unit for it in failed]) == ([], ["laocheng"])
    mended = engine.notifier(channels, dict.fromkeys(("GOOD", "BAD"), receiver.address))
    assert await mended.resend(now + timedelta(days=1)) == ([], [])
    sent, failed = await mended.resend(long_ago)
    assert (sorted(it.unit for it in sent), failed) == (["laocheng", "mudan-garden"], [])
    assert len(receiver.got) == 3
    assert await mended.resend(long_ago) == ([], [])


def test_a_unit_that_the_organisation_does_not_have_is_named_by_its_line(tmp_path: Path) -> None:
    organisation = nancheng().organisation
    file = tmp_path / "notices.yaml"
    file.write_text("version: '1'\nunits:\n  laocheng: [ONE]\n  fire: [TWO]\n  atlantis: [THREE]\n", "utf-8")
    (problem,) = read_channels(tmp_path).strangers(organisation)
    assert (problem.line, "atlantis" in str(problem)) == (5, True)
    file.write_text("version: '1'\nunits:\n  laocheng: [ONE]\n", "utf-8")
    assert read_channels(tmp_path).strangers(organisation) == []
