"""Everything that people read has words in both languages, and no sentence has an empty gap."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

import pytest

from domain.case import ClosedAs, EventType, Expiry, WaitKind
from domain.joint_response import (
    AnyResponseCommand,
    Clock,
    ResponseEventType,
    ResponseStatus,
    ResponseWaitKind,
    TaskStatus,
)
from domain.permission import Role
from domain.policy.ladder import DECISIONS, FIXED_STAGES
from domain.policy.playbook_parts import Audience
from domain.sitting import SittingBody, SittingEventType, SittingWaitKind, Status
from domain.words import case_words, response_words
from domain.words.bilingual import LANGUAGES, Name, text
from domain.words.refusal_words import REFUSALS, refusal
from domain.words.response_words import (
    AUDIENCES,
    CLOCKS,
    OUTCOMES,
    RESPONSE_EVENTS,
    RESPONSE_STATUSES,
    RESPONSE_WAITS,
    TASK_ROLES,
    TASK_STATUSES,
)
from domain.words.role_words import ROLES
from domain.words.sitting_words import SITTING_EVENTS, SITTING_STATUSES, SITTING_WAITS
from workflows import names
from workflows.kinds import KINDS

SystemKind = Literal[
    "open",
    "wait_expired",
    "stand_down",
    "reproject",
    "sitting_moved",
    "sitting_over",
    "put_on_agenda",
    "add_photos",
]
RESPONSE_COMMANDS = tuple(
    body.model_fields["kind"].default
    for body in get_args(get_args(AnyResponseCommand)[0])
    if body.model_fields["kind"].default != "wait_expired"
)
DOMAIN = Path(__file__).parents[2] / "domain"
SERVICES = DOMAIN.parent / "services"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TABLES: dict[str, tuple[dict[str, Name], tuple[str, ...]]] = {
    "stages": (case_words.STAGES, FIXED_STAGES),
    "decisions": (case_words.DECISIONS, DECISIONS),
    "system commands": (case_words.SYSTEM_COMMANDS, get_args(SystemKind)),
    "events": (case_words.EVENTS, get_args(EventType)),
    "closings": (case_words.CLOSED_AS, get_args(ClosedAs)),
    "roles": (ROLES, get_args(Role)),
    "waits": (case_words.WAITS, get_args(WaitKind)),
    "expiries": (case_words.EXPIRIES, get_args(Expiry)),
    "sittings' statuses": (SITTING_STATUSES, get_args(Status)),
    "sittings' waits": (SITTING_WAITS, get_args(SittingWaitKind)),
    "sittings' events": (SITTING_EVENTS, get_args(SittingEventType)),
    "responses' commands": (response_words.RESPONSE_COMMANDS, RESPONSE_COMMANDS),
    "responses' events": (RESPONSE_EVENTS, get_args(ResponseEventType)),
    "responses' statuses": (RESPONSE_STATUSES, get_args(ResponseStatus)),
    "responses' waits": (RESPONSE_WAITS, (*get_args(ResponseWaitKind), "remind")),
    "tasks' statuses": (TASK_STATUSES, get_args(TaskStatus)),
    "tasks' roles": (TASK_ROLES, ("lead", "support")),
    "tasks' clocks": (CLOCKS, get_args(Clock)),
    "outcomes": (OUTCOMES, ("resolved", "returned")),
    "audiences": (AUDIENCES, get_args(Audience)),
}
PROVIDED = {"where", "starts_at", "who"}
"""What ``domain.telling`` fills a wait's sentence with."""


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def raised() -> Iterator[tuple[str, frozenset[str]]]:
    """Every ``Refusal("code", param=…)`` in the source of the domain and of what callers do."""
    for file in (*sorted(DOMAIN.rglob("*.py")), *sorted(SERVICES.rglob("*.py"))):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                code = node.args[0]
                assert isinstance(code, ast.Constant), f"{file.name}:{node.lineno}: the code is no literal"
                yield str(code.value), frozenset(keyword.arg or "**" for keyword in node.keywords)


REFUSED = sorted(set(raised()), key=lambda pair: (pair[0], sorted(pair[1])))


@pytest.mark.parametrize("table", TABLES)
def test_every_kind_has_words_and_no_words_are_left_over(table: str) -> None:
    known, kinds = TABLES[table]
    assert set(known) == set(kinds)


def every_name() -> Iterator[tuple[str, Name]]:
    tables = [(title, known) for title, (known, _) in TABLES.items()]
    for title, known in (*tables, ("refusals", REFUSALS), ("channels", case_words.CHANNELS)):
        yield from ((f"{title}: {code}", name) for code, name in known.items())


@pytest.mark.parametrize(
    ("where", "name"), list(every_name()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_words_are_chinese_in_chinese_and_english_in_english_with_the_same_gaps(where: str, name: Name) -> None:
    assert CHINESE.search(name.zh)
    assert name.en
    assert not CHINESE.search(name.en)
    assert gaps(name.zh) == gaps(name.en) or where.endswith("version_conflict")


def test_the_domain_refuses_with_many_codes() -> None:
    assert len({code for code, _ in REFUSED}) > 25


@pytest.mark.parametrize(("code", "params"), REFUSED, ids=[f"{code}" for code, _ in REFUSED])
def test_every_refusal_of_the_domain_has_a_sentence_whose_gaps_it_fills(code: str, params: frozenset[str]) -> None:
    sentence = REFUSALS[code]
    assert gaps(sentence.zh) <= params
    assert gaps(sentence.en) <= params


@pytest.mark.parametrize("wait", get_args(WaitKind))
def test_a_waits_sentence_has_only_gaps_that_are_filled(wait: str) -> None:
    assert gaps(case_words.WAITS[wait].zh) <= PROVIDED
    assert gaps(case_words.WAITS[wait].en) <= PROVIDED


def test_a_refusal_reads_as_a_sentence_in_both_languages() -> None:
    params: dict[str, object] = {"stage": "action", "decision": "hold", "allowed": ["complete", "extend"]}
    assert refusal("not_allowed_now", "zh-CN", params) == "当前阶段（办理）不能“暂缓”。您现在可以：完成办理、延期。"
    assert refusal("not_allowed_now", "en", params) == (
        "Stage action does not take hold. You may now: complete, extend."
    )


@pytest.mark.parametrize(("language", "nothing"), [("zh-CN", "您现在可以：无。"), ("en", "You may now: nothing.")])
def test_a_refusal_that_leaves_nothing_says_so(language: str, nothing: str) -> None:
    params: dict[str, object] = {"stage": "closed", "decision": "hold", "allowed": []}
    assert refusal("not_allowed_now", language, params).endswith(nothing)


def test_a_word_that_is_both_a_stage_and_a_decision_is_read_as_what_it_is() -> None:
    params: dict[str, object] = {"stage": "contact", "decision": "suspend", "allowed": ["contact"]}
    assert refusal("not_allowed_now", "zh-CN", params) == "当前阶段（实时对接）不能“挂起”。您现在可以：联系居民。"


def test_an_unknown_refusal_is_its_code_and_a_missing_value_an_empty_gap() -> None:
    assert refusal("no_such_code", "en", {}) == "no_such_code"
    assert text(Name(zh="等{where}", en="at {where}"), "en") == "at "


def test_any_language_but_english_reads_chinese() -> None:
    name = Name(zh="联盟", en="alliance")
    assert [name.in_(language) for language in (*LANGUAGES, "en-GB", "fr", "")] == [
        "联盟",
        "alliance",
        "alliance",
        "联盟",
        "联盟",
    ]


# ------------------------------------------------------------------ what Temporal shows


def test_every_command_has_an_update_and_every_expiry_a_record() -> None:
    assert set(names.CASE.updates) == set(DECISIONS) | (set(case_words.SYSTEM_COMMANDS) - {"wait_expired"})
    assert set(names.CASE.expiries) == set(get_args(Expiry))
    assert len(set(names.CASE.records)) == len(names.CASE.updates) + len(names.CASE.expiries)


@pytest.mark.parametrize("kind", names.CASE.updates)
def test_an_update_is_named_by_the_decisions_word_and_code(kind: str) -> None:
    known = case_words.DECISIONS.get(kind) or case_words.SYSTEM_COMMANDS[kind]
    assert names.CASE.updates[kind] == f"{known.zh} {kind}"
    assert names.CASE.record(kind) == f"入账·{known.zh} {kind}"


HAPPENS: dict[str, str] = {
    "contact_missed": "contact_missed",
    "carry_over": "case_carried_over",
    "escalate": "case_escalated",
    "plan_overdue": "plan_overdue",
    "resume": "case_resumed",
    "review": "emergency_review_missed",
    "designation_missed": "designation_missed",
    "close_without_word": "closed_without_word",
    "answer_missed": "answer_missed",
    "acceptance_missed": "acceptance_missed",
}


@pytest.mark.parametrize("expiry", names.CASE.expiries)
def test_an_expirys_record_is_named_by_what_happens_and_its_code(expiry: str) -> None:
    said, code = names.CASE.expiries[expiry].split(" ")
    assert code == expiry
    assert said.startswith("到期·")
    shared = set(said.removeprefix("到期·")) & set(case_words.EVENTS[HAPPENS[expiry]].zh)
    assert len(shared) >= 2
    assert names.CASE.record("wait_expired", expiry) == f"入账·{said} {code}"


def test_every_command_to_a_sitting_has_an_update_and_every_wait_a_record() -> None:
    kinds = {body.model_fields["kind"].default for body in get_args(get_args(SittingBody)[0])}
    assert set(names.SITTING.updates) == kinds - {"wait_expired"}
    assert set(names.SITTING.expiries) == set(get_args(SittingWaitKind))
    assert not set(names.SITTING.records) & set(names.CASE.records)
    assert all(name.endswith(f" {kind}") for kind, name in names.SITTING.updates.items())


def test_every_command_to_a_response_has_an_update_and_every_wait_a_record() -> None:
    assert set(names.RESPONSE.updates) == set(RESPONSE_COMMANDS)
    assert set(names.RESPONSE.expiries) == set(get_args(ResponseWaitKind))
    assert not set(names.RESPONSE.records) & {*names.CASE.records, *names.SITTING.records}
    for kind, name in names.RESPONSE.updates.items():
        assert name == f"{response_words.RESPONSE_COMMANDS[kind].zh} {kind}"


SAID = [said for key, said in vars(names).items() if key.isupper() and isinstance(said, str)]
NAMES = (
    *(said for said in SAID if said != names.RECORD_PREFIX),
    *(said for kind in KINDS for said in (*kind.names.updates.values(), *kind.names.records)),
    *(said for kind in KINDS for said in (kind.names.workflow, kind.names.load, kind.names.refuse)),
)
"""Whatever the UI may show, of every kind of process."""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_temporal_ui_has_words(name: str) -> None:
    assert CHINESE.search(name)
    assert len(name.encode()) <= 200


def test_the_temporal_ui_cuts_no_type_of_a_process_at_a_space() -> None:
    alone = [name for key, name in vars(names).items() if key.endswith("_WORKFLOW")]
    types = [*alone, *(kind.names.workflow for kind in KINDS)]
    assert len(set(types)) == len(types)
    assert not [name for name in types if " " in name]
