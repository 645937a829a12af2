"""Joint responses and playbooks as the interface shows them, in the caller's language and scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.cases.schemas import ActorView, EventView
from api.emergencies.schemas import (
    AlarmView,
    BranchView,
    CallFirstView,
    EmergencyAction,
    EmergencyChanged,
    EmergencyLinks,
    EmergencyView,
    EscalationView,
    ExternalView,
    PlannedTaskView,
    PlaybookSittingView,
    PlaybookView,
    ReportKind,
    ResponseWaitView,
    RungView,
    SituationReportView,
    TaskView,
    WholePlaybookView,
)
from api.organisation.schemas import NamedView
from api.views import Teller
from domain.joint_response import (
    AlarmRaised,
    CapReached,
    OfTask,
    ResponseEvent,
    ResponseFact,
    ResponseState,
    ResponseWait,
    SituationReported,
    TaskEscalated,
    TaskState,
    reporter,
    waits,
)
from domain.joint_response.telling import party_name, wait_reason
from domain.permission import Actor, commands_response, may_report, may_report_situation, may_waive
from domain.policy.playbook import Playbook
from domain.policy.playbook_parts import Task
from domain.words.response_words import AUDIENCES, RESPONSE_STATUSES, TASK_STATUSES
from store.folding import RESPONSES
from store.log import StoredEvent


def _task_of(fact: ResponseFact) -> str | None:
    return fact.task if isinstance(fact, OfTask) else None


@dataclass(frozen=True, slots=True)
class ResponseTeller:
    """Tells one response to one actor. ``playbook`` is the version that it is under."""

    tells: Teller
    playbook: Playbook
    actor: Actor

    @property
    def _own(self) -> str | None:
        """The department whose tasks alone are told; None for whoever sees them all."""
        return self.actor.unit if self.actor.role == "department" else None

    def response(self, state: ResponseState, rows: Sequence[StoredEvent]) -> EmergencyView:
        """Everything that a war room needs."""
        said = self._in_words(state)
        events = [RESPONSES.event(row) for row in rows]
        tasks = [task for task in said.tasks if self._shows(said, task.id)]
        return EmergencyView(
            id=state.id,
            version=state.version,
            cases=[case.number for case in state.cases],
            playbook=state.kind,
            playbook_version=self.playbook.version,
            name=said.name,
            lead=state.lead,
            status=state.status,
            status_name=RESPONSE_STATUSES[state.status].in_(said.language),
            phase=state.phase,
            phase_name=said.phases.get(state.phase, state.phase),
            declared_at=state.declared_at,
            stood_down_at=state.stood_down_at,
            cap_at=state.cap_at,
            watch_until=state.watch_until,
            outcome=state.outcome,
            tasks=[self._task(said, task) for task in tasks],
            branches=[self._branch(said, code.code, code.name) for code in self._departments()],
            situation_reports=[*self._reports(events)],
            waits=[self._wait(said, wait) for wait in _sorted(waits(said)) if self._waits_for_us(said, wait)],
            escalations=[*self._escalations(said, events)],
            linked=list(state.linked),
            call_first=self._call_first(),
            provider=self._provider(state.provider),
            sitting_id=state.sitting,
            you_may=self._may(said),
            links=self._links(state),
        )

    def changed(
        self, state: ResponseState, rows: Iterable[StoredEvent], task_id: str | None = None
    ) -> EmergencyChanged:
        """What came of a report."""
        said = self._in_words(state)
        task = said.task(task_id) if task_id else None
        return EmergencyChanged(
            id=state.id,
            version=state.version,
            status=state.status,
            phase=state.phase,
            reports=state.reports,
            events=self.tells.briefs(rows),
            task=self._task(said, task) if task else None,
        )

    def event(self, row: StoredEvent, state: ResponseState) -> EventView | None:
        """One event; None for what is of another department's task."""
        event = RESPONSES.event(row)
        if not self._shows(state, _task_of(event.fact)):
            return None
        hidden = ("tasks", "parties", "reporters") if self._own else ()
        return EventView(
            version=row.version,
            type=row.type,
            label=self.tells.label(row.type),
            at=row.occurred_at,
            actor=ActorView(**event.actor.model_dump()),
            reason=event.reason,
            data={key: value for key, value in event.fact.detail().items() if key not in hidden},
            hash=row.hash,
        )

    # ---------------------------------------------------------------- parts

    def _in_words(self, state: ResponseState) -> ResponseState:
        """The state with its words in the caller's language."""
        language, playbook = self.tells.language, self.playbook
        if language == state.language:
            return state
        organisation, ladder = self.tells.rules.organisation, self.tells.rules.ladder
        parties: dict[str, str] = {
            **{department.code: department.name.in_(language) for department in organisation.departments},
            **{external.id: external.name.in_(language) for external in playbook.externals},
            **{tier.id: tier.name.in_(language) for tier in ladder.tiers},
        }
        tasks = tuple(
            task.model_copy(update={"name": playbook.task(task.id).name.in_(language)}) for task in state.tasks
        )
        return state.model_copy(
            update={
                "language": language,
                "name": playbook.name.in_(language),
                "tasks": tasks,
                "parties": {**state.parties, **parties},
                "phases": {phase.id: phase.name.in_(language) for phase in playbook.phases},
                "alarm_names": {alarm.id: alarm.name.in_(language) for alarm in playbook.alarms},
            }
        )

    def _shows(self, state: ResponseState, task_id: str | None) -> bool:
        task = state.task(task_id) if task_id else None
        return self._own is None or task is None or reporter(state, task.party) == self._own

    def _waits_for_us(self, state: ResponseState, wait: ResponseWait) -> bool:
        if self._own is None or (wait.kind == "situation_report" and state.lead == self._own):
            return True
        known = state.task(wait.task or "") is not None
        return wait.kind in ("cap", "watch") or (known and self._shows(state, wait.task))

    def _departments(self) -> Sequence[Any]:
        return self.tells.rules.organisation.departments

    def _task(self, state: ResponseState, task: TaskState) -> TaskView:
        planned, reports = self.playbook.task(task.id), reporter(state, task.party)
        outside = any(external.id == task.party for external in self.playbook.externals)
        named = NamedView(id=task.party, name=party_name(state, task.party))
        return TaskView(
            id=task.id,
            phase=task.phase,
            department=reports,
            party=task.party,
            party_name=named.name,
            external=named if outside else None,
            role=task.role,
            name=task.name,
            deliverable=planned.deliverable.in_(state.language),
            required=task.required,
            status=task.status,
            status_name=TASK_STATUSES[task.status].in_(state.language),
            sign_late=task.sign_late,
            complete_late=task.complete_late,
            late=bool(task.missed),
            opens_at=task.opens_at,
            opened_at=task.opened_at,
            sign_by=task.sign_by,
            complete_by=task.complete_by,
            signed_at=task.signed_at,
            ended_at=task.ended_at,
            provisional=task.provisional,
            depends_on=list(task.depends_on),
            records=planned.records,
            source=planned.source.in_(state.language) if planned.source else None,
            you_may=self._may_report(state, task),
        )

    def _may_report(self, state: ResponseState, task: TaskState) -> list[ReportKind]:
        rules, actor = self.tells.rules, self.actor
        if state.status != "open" or task.finished:
            return []
        kinds: list[ReportKind] = []
        if task.status in ("open", "signed") and may_report(rules, actor, state, task.party):
            kinds += ["sign"] if task.status == "open" else ["done"]
            kinds += ["progress", "object"]
        if may_waive(rules, actor, state, task.party):
            kinds.append("waive")
        return kinds

    def _may(self, state: ResponseState) -> list[EmergencyAction]:
        rules, actor = self.tells.rules, self.actor
        may: list[EmergencyAction] = []
        if not state.closed and may_report_situation(rules, actor, state):
            may.append("situation_report")
        if state.status == "open" and commands_response(rules, actor, state):
            may.append("stand_down")
        return may

    def _branch(self, state: ResponseState, code: str, name: Any) -> BranchView:
        own = [task for task in state.tasks if reporter(state, task.party) == code]
        ids = {task.id for task in own}
        count = {status: sum(task.status == status for task in own) for status in TASK_STATUSES}
        return BranchView(
            department=code,
            name=name.in_(state.language),
            tasks=len(own),
            **count,
            late=sum(bool(task.missed) for task in own),
            next_until=min((wait.until for wait in waits(state) if wait.task in ids), default=None),
        )

    def _reports(self, events: Iterable[ResponseEvent]) -> Iterable[SituationReportView]:
        for event in events:
            if isinstance(event.fact, SituationReported):
                by = ActorView(**event.actor.model_dump())
                yield SituationReportView(number=event.fact.number, text=event.fact.text, at=event.at, by=by)

    def _wait(self, state: ResponseState, wait: ResponseWait) -> ResponseWaitView:
        return ResponseWaitView(
            kind=wait.kind,
            reason=wait_reason(state, wait),
            until=wait.until,
            task=wait.task,
            party=wait.party,
            reminder=wait.reminder,
        )

    def _escalations(self, state: ResponseState, events: Iterable[ResponseEvent]) -> Iterable[EscalationView]:
        """What climbed, and alarms, as they came."""
        for event in events:
            fact = event.fact
            if not isinstance(fact, TaskEscalated | AlarmRaised | CapReached) or not self._shows(state, _task_of(fact)):
                continue
            alarm = fact.alarm if isinstance(fact, AlarmRaised) else "cap" if isinstance(fact, CapReached) else None
            if self._own is not None and alarm is not None:
                continue
            climbed = fact if isinstance(fact, TaskEscalated) else None
            yield EscalationView(
                task=climbed.task if climbed else None,
                alarm=alarm,
                clock=climbed.clock if climbed else None,
                rung=climbed.rung if climbed else None,
                to=fact.to,
                to_name=AUDIENCES[fact.to].in_(state.language),
                at=event.at,
            )

    def _call_first(self) -> list[CallFirstView]:
        language = self.tells.language
        return [CallFirstView(number=it.number, why=it.why.in_(language)) for it in self.playbook.call_first]

    def _provider(self, provider: str | None) -> NamedView | None:
        if provider is None:
            return None
        companies = {company.id: company.name for company in self.tells.rules.organisation.companies}
        name = companies[provider].in_(self.tells.language) if provider in companies else provider
        return NamedView(id=provider, name=name)

    def _links(self, state: ResponseState) -> EmergencyLinks:
        itself, settings = f"/api/v1/emergencies/{state.id}", self.tells.settings
        ui = f"{settings.temporal_ui_url}/namespaces/{settings.temporal_namespace}"
        return EmergencyLinks(
            itself=itself,
            events=f"{itself}/events",
            cases=[f"/api/v1/cases/{case.number}" for case in state.cases],
            sitting=f"/api/v1/sittings/{state.sitting}" if state.sitting else None,
            temporal=f"{ui}/workflows/{state.id}",
            console=f"{settings.public_url}/emergencies/{state.id}",
        )


def _sorted(waiting: Iterable[ResponseWait]) -> list[ResponseWait]:
    return sorted(waiting, key=lambda wait: wait.until)


# ---------------------------------------------------------------- playbooks


def playbook_view(playbook: Playbook, language: str) -> PlaybookView:
    """A kind of emergency, in short."""
    return PlaybookView(**_playbook(playbook, language))


def whole_playbook(playbook: Playbook, language: str) -> WholePlaybookView:
    """A playbook with everything in it, its words in one language."""
    return WholePlaybookView(
        **_playbook(playbook, language),
        externals=[
            ExternalView(id=external.id, name=external.name.in_(language), reported_by=playbook.reporter(external.id))
            for external in playbook.externals
        ],
        remind_before=playbook.remind_before,
        escalation=[RungView(after=rung.after, to=rung.to) for rung in playbook.escalation],
        reports_first=playbook.situation_reports.first,
        reports_every=playbook.situation_reports.every,
        sitting=PlaybookSittingView(
            at=playbook.sitting.at,
            minutes=playbook.sitting.minutes,
            decides=playbook.sitting.decides,
            title=playbook.sitting.title.in_(language),
        )
        if playbook.sitting
        else None,
        alarms=[
            AlarmView(id=alarm.id, at=alarm.at, name=alarm.name.in_(language), unless=list(alarm.unless), to=alarm.to)
            for alarm in playbook.alarms
        ],
        cap=playbook.cap,
        watch=playbook.watch,
        returns_to=playbook.returns_to,
    )


def _playbook(playbook: Playbook, language: str) -> dict[str, Any]:
    return {
        "kind": playbook.playbook,
        "version": playbook.version,
        "name": playbook.name.in_(language),
        "summary": playbook.summary.in_(language),
        "lead": playbook.lead,
        "call_first": [CallFirstView(number=it.number, why=it.why.in_(language)) for it in playbook.call_first],
        "phases": [NamedView(id=phase.id, name=phase.name.in_(language)) for phase in playbook.phases],
        "tasks": [_planned(task, language) for task in playbook.tasks],
    }


def _planned(task: Task, language: str) -> PlannedTaskView:
    return PlannedTaskView(
        id=task.id,
        phase=task.phase,
        party=task.party,
        role=task.role,
        name=task.name.in_(language),
        deliverable=task.deliverable.in_(language),
        opens=task.opens,
        depends_on=list(task.after),
        sign_within=task.sign_within,
        complete_by=task.complete_by,
        required=task.required,
        records=task.records,
        source=task.source.in_(language) if task.source else None,
    )
