"""What comes as a signal: what policy takes, and how a refusal is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.case import AddNote, Command, Withdraw
from domain.errors import Refusal
from domain.joint_response import ResponseCommand, Sign
from domain.permission import SYSTEM, Actor
from domain.policy.ladder import NO_SIGNALS_NAMED
from domain.policy.policy_set import PolicySet, read_policy
from domain.signals import MOST_REFUSALS, NOBODY, Refusals, RefuseSignal, check_signal, refused_data
from domain.words.refusal_words import REFUSALS
from tests.domain.given import ALLIANCE, nancheng, policy_text
from workflows.kinds import KINDS

LADDER = nancheng().ladder
CLAIMED = ALLIANCE.model_copy(update={"via": "signal"})


def note(by: Actor) -> Command:
    return Command(id="from-a-peer", actor=by, body=AddNote(kind="note", text="已到现场"))


def test_nancheng_takes_a_note_as_a_signal_and_no_decision() -> None:
    check_signal(LADDER, "case", note(CLAIMED))
    withdraw = Command(id="w", actor=CLAIMED, body=Withdraw(kind="withdraw"))
    with pytest.raises(Refusal) as no:
        check_signal(LADDER, "case", withdraw)
    assert (no.value.code, no.value.params) == ("not_by_signal", {"kind": "withdraw", "taken": ["note"]})


def test_what_did_not_come_as_a_signal_is_not_asked_of_this_policy() -> None:
    check_signal(LADDER, "case", Command(id="w", actor=ALLIANCE, body=Withdraw(kind="withdraw")))


def test_each_kind_of_process_has_its_own_list() -> None:
    sign = ResponseCommand(id="s", actor=CLAIMED, body=Sign(kind="sign", task="call"))
    with pytest.raises(Refusal):
        check_signal(LADDER, "response", sign)
    open_to_it = LADDER.model_copy(update={"signals": {"response": frozenset({"sign"})}})
    check_signal(open_to_it, "response", sign)
    with pytest.raises(Refusal):
        check_signal(open_to_it, "case", Command(id="w", actor=CLAIMED, body=Withdraw(kind="withdraw")))


def test_nobody_speaks_for_the_system_by_a_signal() -> None:
    with pytest.raises(Refusal):
        check_signal(LADDER, "case", note(SYSTEM.model_copy(update={"via": "signal"})))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("case: [note]", "case: [wait_expired, note]"),
        ("response: [progress]", "response: [declare]"),
        ("sitting: []", "council: [note]"),
    ],
)
def test_a_policy_opens_nothing_to_signals_but_what_people_send(line: str, wrong: str) -> None:
    text = policy_text("ladder.yaml").replace(line, wrong)
    together = PolicySet.of(
        [
            read_policy("ladder", text, "ladder.yaml"),
            read_policy("organisation", policy_text("organisation.yaml"), "organisation.yaml"),
        ]
    )
    assert together is not None
    (problem,) = together.problems(KINDS.sendable)
    assert (problem.path, text.splitlines()[problem.line - 1].strip().split("#")[0].strip()) == ("ladder.yaml", wrong)


def refusal(code: str, actor: Actor = CLAIMED, **params: Any) -> RefuseSignal:
    return RefuseSignal(id="r", actor=actor, signal="备注 note", command="note", code=code, params=params)


def test_a_refusal_says_its_code_and_why_in_the_stream_s_language() -> None:
    data = refused_data(refusal("not_by_signal", kind="withdraw", taken=["note"]), "zh-CN")
    assert data["detail"]["code"] == "not_by_signal"
    assert data["reason"] == "“撤回”不以信号受理；可以的是：备注。"
    english = refused_data(refusal("unknown_signal", NOBODY), "en")
    assert english["reason"] == REFUSALS["unknown_signal"].en


@pytest.mark.parametrize("sent", ["13800138000", "x" * 5_000])
def test_a_number_of_somebody_s_or_a_flood_of_words_does_not_get_into_the_log_by_a_refusal(sent: str) -> None:
    data = refused_data(refusal("unknown_estate", estate=sent), "zh-CN")
    assert sent not in str(data)
    assert data["detail"]["code"] == "unknown_estate"


def test_refusals_are_told_up_to_a_bound_and_then_counted() -> None:
    refusals = Refusals()
    assert refusals.in_words("zh-CN") == ""
    for _ in range(MOST_REFUSALS):
        assert not refusals.are_many
        refusals = refusals.one_more()
    assert refusals.are_many
    assert refusals.in_words("en") == ""
    refusals = refusals.one_more().one_more().not_kept()
    assert (refusals.told, refusals.counted) == (MOST_REFUSALS, 3)
    assert "3" in refusals.in_words("zh-CN")


def test_a_ladder_that_says_nothing_takes_what_moves_nothing() -> None:
    plain = replace(nancheng(), ladder=LADDER.model_copy(update={"signals": NO_SIGNALS_NAMED})).ladder
    check_signal(plain, "case", note(CLAIMED))
    assert "sitting" not in plain.signals
