"""The registry: one declaration for each kind of process. What is built for one kind is built by iterating ``KINDS``.

Names, recorder, host, client, worker, audit and tests ask here; nothing lists the kinds by hand. What is made of the
registry is given one, ``KINDS`` unless told, so that a test may declare a kind of its own.
"""

from __future__ import annotations

from domain import case, joint_response, permission, sitting
from domain.case import CaseState, Command, Fact, Wait
from domain.joint_response import ResponseCommand, ResponseFact, ResponseState, ResponseWait
from domain.joint_response.telling import wait_reason as response_wait_reason
from domain.sitting import SittingCommand, SittingFact, SittingState, SittingWait
from domain.telling import sitting_wait_reason, wait_reason
from domain.words import case_words, response_words, sitting_words
from domain.words.bilingual import both
from domain.words.kind_words import KindWords
from workflows import attributes, names
from workflows.kind import Kind, Kinds, Under

CASE: Kind[CaseState, Command, Wait] = Kind(
    id="case",
    path="cases",
    words=KindWords(
        both("诉求件", "case"),
        both("诉求件", "cases"),
        case_words.EVENTS,
        case_words.STAGES,
    ),
    names=names.CASE,
    state=CaseState,
    command=Command,
    sent_to="decisions",
    wait=Wait,
    fact=Fact,
    opens="open",
    number=lambda state: state.number,
    waits=case.waits,
    reason=lambda state, wait, language: wait_reason(wait, language),
    decide=case.decide,
    evolve=lambda number, state, fact, command: case.evolve(state, fact, number=number, command_id=command),
    audience=permission.audience_of_case,
    allowed=permission.allowed_now,
    under=lambda state: Under(ladder=state.ladder if state else None),
    shows=attributes.of_case,
    stage=lambda state: state.stage,
)

SITTING: Kind[SittingState, SittingCommand, SittingWait] = Kind(
    id="sitting",
    path="sittings",
    words=KindWords(
        both("会议", "sitting"),
        both("会议", "sittings"),
        sitting_words.SITTING_EVENTS,
        sitting_words.SITTING_STATUSES,
    ),
    names=names.SITTING,
    state=SittingState,
    command=SittingCommand,
    wait=SittingWait,
    fact=SittingFact,
    opens="convene",
    number=lambda state: state.dates.id,
    waits=sitting.waits,
    reason=sitting_wait_reason,
    decide=sitting.decide,
    evolve=lambda _, state, fact, command: sitting.evolve(state, fact, command_id=command),
    audience=lambda rules, state: permission.audience_of_forum(rules, state.dates.forum),
    allowed=sitting.allowed_now,
    shows=attributes.of_sitting,
    stage=lambda state: state.status,
)

RESPONSE: Kind[ResponseState, ResponseCommand, ResponseWait] = Kind(
    id="response",
    path="emergencies",
    words=KindWords(
        both("联动处置", "joint response"),
        both("联动处置", "joint responses"),
        response_words.RESPONSE_EVENTS,
        response_words.RESPONSE_STATUSES,
    ),
    names=names.RESPONSE,
    state=ResponseState,
    command=ResponseCommand,
    wait=ResponseWait,
    fact=ResponseFact,
    opens="declare",
    number=lambda state: state.id,
    waits=joint_response.waits,
    reason=lambda state, wait, _: response_wait_reason(state, wait),
    decide=joint_response.decide,
    evolve=lambda name, state, fact, command: joint_response.evolve(state, fact, response_id=name, command_id=command),
    audience=lambda _, state: permission.audience_of_response(state),
    allowed=joint_response.allowed_now,
    under=lambda state: Under(playbook=state.playbook if state else None),
    shows=attributes.of_response,
    stage=lambda state: state.phase if state.status == "open" else state.status,
)


KINDS = Kinds(CASE, SITTING, RESPONSE)
