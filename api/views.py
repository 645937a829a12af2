"""Cases, events and sittings as the interface shows them, in the caller's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from api.cases.milestones import milestones
from api.cases.schemas import (
    ActorView,
    CaseItem,
    CaseView,
    Decided,
    EventBrief,
    EventView,
    Followed,
    Links,
    Next,
    Outcome,
    PhotoView,
    PlanView,
    PromiseView,
    Track,
    WaitView,
)
from api.sittings.schemas import (
    AddendumView,
    AttendanceView,
    CadenceView,
    ForumView,
    SittingChanged,
    SittingLinks,
    SittingView,
)
from domain.case import CaseReferred, CaseRejected, CaseState, Event, Fact, Promise, Wait
from domain.errors import Refusal
from domain.permission import RESIDENT, Actor, allowed_now
from domain.policy.forum import Forum, Sitting, SittingMode, emergency_of, meeting_name, sitting
from domain.policy.ladder import DecisionKind
from domain.policy.rules import Rules
from domain.sitting import Addendum, SittingState, Status
from domain.telling import on_expiry, wait_reason
from domain.words.bilingual import Name, text
from domain.words.case_words import CLOSED_AS, REJECTION_GROUNDS
from domain.words.dates import full_day, moment
from domain.words.names import Names
from domain.words.resident_words import BY_WHEN, LAWFUL_CHANNELS, NEXT, OTHERWISE, PETITION
from domain.words.sitting_words import SITTING_STATUSES
from runtime.settings import Settings
from store.cases import CaseRow
from store.folding import event_of
from store.log import StoredEvent
from store.photos import PhotoRow
from store.sittings import SittingRow
from workflows.kinds import CASE, KINDS


class Attended(Protocol):
    """A sitting, as far as its attendance goes."""

    @property
    def chair(self) -> str | None: ...
    @property
    def recorder(self) -> str | None: ...
    @property
    def mode(self) -> SittingMode | None: ...
    @property
    def present(self) -> Sequence[str]: ...
    @property
    def absent(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Teller:
    """Says things in one language, by today's names; links go where the settings say."""

    rules: Rules
    settings: Settings
    language: str

    @property
    def _names(self) -> Names:
        return Names(self.rules, self.language)

    def wait(self, wait: Wait | None) -> WaitView | None:
        """What a case waits for."""
        if wait is None:
            return None
        return WaitView(
            kind=wait.kind,
            reason=wait_reason(wait, self.language, self._where(wait)),
            until=wait.until,
            on_expiry=on_expiry(wait, self.language),
            on_expiry_kind=wait.on_expiry,
            sitting_id=wait.sitting_id,
            provisional=wait.provisional,
        )

    def _where(self, wait: Wait) -> str | None:
        return self._names.forum(wait.forum)

    def stage(self, stage: str) -> str:
        """A stage in words."""
        return self._names.stage(stage)

    def links(self, number: str, emergency: str | None = None) -> Links:
        """Where else a case is found, and its last emergency."""
        itself = f"/api/v1/cases/{number}"
        ui = f"{self.settings.temporal_ui_url}/namespaces/{self.settings.temporal_namespace}"
        return Links(
            itself=itself,
            events=f"{itself}/events",
            temporal=f"{ui}/workflows/{number}",
            console=f"{self.settings.public_url}/cases/{number}",
            emergency=f"/api/v1/emergencies/{emergency}" if emergency else None,
        )

    def item(self, row: CaseRow) -> CaseItem:
        """A case of the list."""
        return CaseItem(
            number=row.number,
            version=row.version,
            tier=row.tier,
            stage=row.stage,
            stage_name=self.stage(row.stage),
            estate=row.estate,
            community=row.community,
            category=row.category,
            title=row.title,
            severity=row.severity,
            channel=row.channel,
            opened_at=row.opened_at,
            updated_at=row.updated_at,
            wait=self.wait(Wait.model_validate(row.wait)) if row.wait else None,
            carried_over=row.carried_over,
            supervised=row.supervised,
            overdue=row.overdue,
            answer_due=row.answer_due,
            answer_missed=row.answer_missed,
            emergency_id=row.emergency_id,
            closed_as=row.closed_as,
            closed_at=row.closed_at,
            duplicate_of=row.duplicate_of,
            links=self.links(row.number, row.emergency_id),
        )

    def case(
        self, state: CaseState, words: dict[str, Any] | None, actor: Actor, photos: Sequence[PhotoRow] = ()
    ) -> CaseView:
        """A case; ``words`` is its opened record, None where erased. Only officers see more of it than the title."""
        return CaseView(**self.case_fields(state, words, actor, photos))

    def case_fields(
        self, state: CaseState, words: dict[str, Any] | None, actor: Actor, photos: Sequence[PhotoRow] = ()
    ) -> dict[str, Any]:
        """The fields of ``case``."""
        plan, closing = state.plan, state.closing
        shown = words if words is not None and actor.role == "officer" else {}
        return {
            "number": state.number,
            "version": state.version,
            "tier": state.tier,
            "stage": state.stage,
            "stage_name": self.stage(state.stage),
            "estate": state.estate,
            "community": state.units.get("community"),
            "category": state.category,
            "title": words["title"] if words else None,
            "severity": state.severity,
            "channel": state.channel,
            "opened_at": state.opened_at,
            "updated_at": state.at,
            "wait": self.wait(state.wait),
            "carried_over": state.carried_over,
            "supervised": state.supervised,
            "overdue": state.overdue,
            "answer_due": state.owed_until,
            "answer_missed": state.misses_word,
            "answer": _promise(state.answer),
            "acceptance": _promise(state.acceptance),
            "joint_names": state.joint_names,
            "reporter_kind": state.reporter_kind,
            "objections": state.objections,
            "designated": state.designated,
            "emergency_id": state.emergency_id,
            "closed_as": closing.closed_as if closing else None,
            "closed_at": closing.at if closing else None,
            "duplicate_of": state.duplicate_of,
            "links": self.links(state.number, state.emergency_id),
            "plan": PlanView(**plan.model_dump()) if plan else None,
            "suspended_for": state.suspension.condition if state.suspension else None,
            "assigned_to": state.assigned_to,
            "raised": state.raised,
            "allowed": list(allowed_now(self.rules, actor, state)),
            "description": shown.get("description"),
            "location": shown.get("location"),
            "reporter": _reporter(shown.get("reporter")),
            "photos": self.photos(state.number, photos) if actor.role == "officer" else [],
        }

    def photos(self, number: str, photos: Iterable[PhotoRow]) -> list[PhotoView]:
        """A case's photographs."""
        at = f"/api/v1/cases/{number}/photos"
        return [
            PhotoView(id=one.id, url=f"{at}/{one.id}", width=one.width, height=one.height, at=one.at) for one in photos
        ]

    def event(self, row: StoredEvent, words: Any | None, *, opened: bool) -> EventView:
        """One event; the resident's words in it only where ``opened``."""
        event = event_of(row)
        return EventView(
            version=row.version,
            type=row.type,
            label=self.label(row.type),
            at=row.occurred_at,
            actor=ActorView(**event.actor.model_dump()),
            reason=event.reason,
            data=_event_data(event, words, opened),
            hash=row.hash,
        )

    def label(self, event_type: str) -> str:
        """An event's type in words."""
        kind = next((kind for kind in KINDS if event_type in kind.words.events), CASE)
        return kind.words.event(event_type, self.language)

    def decided(self, state: CaseState, rows: Iterable[StoredEvent]) -> Decided:
        """What came of a decision."""
        return Decided(
            number=state.number,
            version=state.version,
            stage=state.stage,
            tier=state.tier,
            events=self.briefs(rows),
            wait=self.wait(state.wait),
            answer=_promise(state.answer),
        )

    def briefs(self, rows: Iterable[StoredEvent]) -> list[EventBrief]:
        """Events without their data."""
        return [
            EventBrief(version=row.version, type=row.type, label=self.label(row.type), at=row.occurred_at)
            for row in rows
        ]

    # ---------------------------------------------------------------- for residents

    def track(
        self,
        state: CaseState,
        rows: Iterable[StoredEvent],
        words: dict[str, Any] | None,
        follows: Followed | None,
        photos: Sequence[PhotoRow] = (),
    ) -> Track:
        """What the resident may see."""
        story = list(rows)
        you_may: list[DecisionKind] = [
            kind for kind in allowed_now(self.rules, RESIDENT, state) if kind in ("confirm", "dispute", "withdraw")
        ]
        return Track(
            number=state.number,
            title=words["title"] if words else None,
            stage=self.stage(state.stage),
            stage_kind=state.stage,
            opened_at=state.opened_at,
            updated_at=state.at,
            next=self._next(state.wait),
            closed=self.outcome(state, story),
            follows=follows,
            you_may=you_may,
            version=state.version,
            tier=state.tier,
            tier_name=self.tier(state.tier),
            estate=state.estate,
            category=state.category,
            answer=_promise(state.answer),
            acceptance=_promise(state.acceptance),
            plan=PlanView(**state.plan.model_dump()) if state.plan else None,
            disputes=state.disputes,
            milestones=milestones(self.rules, story, self.language),
            photos=self.photos(state.number, photos),
        )

    def _next(self, wait: Wait | None) -> Next | None:
        told = self.wait(wait)
        if wait is None or told is None:
            return None
        return Next(
            what=told.reason,
            until=told.until,
            otherwise=told.on_expiry,
            kind=wait.kind,
            on_expiry=wait.on_expiry,
            provisional=wait.provisional,
            **self._plainly(wait),
        )

    def _plainly(self, wait: Wait) -> dict[str, str]:
        """What comes next, said to the resident."""
        spoken = self.language
        starts = moment(wait.starts_at, spoken) if wait.starts_at else ""
        where, until = self._where(wait) or wait.where or "", moment(wait.until, spoken)
        return {
            "plain": text(NEXT[wait.kind], spoken, where=where, who=wait.who or "", starts_at=starts),
            "by_when": text(BY_WHEN[wait.kind], spoken, until=until),
            "if_not": OTHERWISE[wait.on_expiry].in_(spoken),
        }

    def tier(self, tier: str) -> str:
        """A tier of the ladder."""
        return self._names.tier(tier)

    def outcome(self, state: CaseState, rows: Iterable[StoredEvent]) -> Outcome | None:
        """How a closed case ended; for one referred or not taken on, why and where."""
        if state.closing is None:
            return None
        kind = state.closing.closed_as
        why = where = ground = channel = None
        if kind in ("referred", "rejected"):
            last = [event_of(row) for row in rows if row.type in ("case_referred", "case_rejected")][-1]
            why, where = last.reason, last.fact.to_whom if isinstance(last.fact, CaseReferred) else None
            ground, channel = self._lawful_way(last.fact)
        how = CLOSED_AS[kind].in_(self.language)
        return Outcome(how=how, kind=kind, at=state.closing.at, why=why, where=where, ground=ground, channel=channel)

    def _lawful_way(self, fact: Fact) -> tuple[str | None, str | None]:
        """Why a case was not taken on, in general, and which way is open; of a petition, its dates."""
        if isinstance(fact, CaseRejected):
            ground = REJECTION_GROUNDS[fact.ground].in_(self.language)
            return ground, LAWFUL_CHANNELS[fact.ground].in_(self.language)
        if isinstance(fact, CaseReferred) and fact.notice_by is not None and fact.concluded_by is not None:
            dates, spoken = self.rules.ladder.petition, self.language
            said = {"notice": full_day(fact.notice_by, spoken), "concluded": full_day(fact.concluded_by, spoken)}
            return None, text(PETITION, spoken, **said, extended=dates.extended, review=dates.review)
        return None, None

    # ---------------------------------------------------------------- forums

    def sitting(self, sitting: Sitting, row: SittingRow | None) -> SittingView:
        """A sitting as its process has it; where none has begun, as the calendar gives it: announced, and no more."""
        if row is None:
            return SittingView(**self._sitting(sitting, "announced", 0, 0))
        addenda = map(Addendum.model_validate, row.addenda)
        fields = self._sitting(
            sitting,
            row.status,
            row.version,
            row.sequence,
            agenda=row.agenda is not None,
            minutes=row.minutes is not None,
            addenda=addenda,
            present=row,
        )
        return SittingView(**fields)

    def sitting_changed(self, state: SittingState, rows: Iterable[StoredEvent]) -> SittingChanged:
        """What came of a command to a sitting."""
        happened = list(rows)
        warned = [warning for row in happened if (warning := row.data.get("detail", {}).get("warning"))]
        fields = self._sitting(
            state.dates,
            state.status,
            state.version,
            state.sequence,
            agenda=state.agenda is not None,
            minutes=state.minutes is not None,
            addenda=state.addenda,
            present=state,
        )
        return SittingChanged(**fields, events=self.briefs(happened), warnings=warned)

    def _sitting(
        self,
        sitting: Sitting,
        status: Status,
        version: int,
        sequence: int,
        *,
        agenda: bool = False,
        minutes: bool = False,
        addenda: Iterable[Addendum] = (),
        present: Attended | None = None,
    ) -> dict[str, Any]:
        itself = f"/api/v1/sittings/{sitting.id}"
        ui = f"{self.settings.temporal_ui_url}/namespaces/{self.settings.temporal_namespace}"
        attended = present if present is not None and present.chair is not None else None
        return {
            **sitting.model_dump(),
            "name": self.sitting_name(sitting).in_(self.language),
            "emergency": emergency_of(sitting.id),
            "version": version,
            "status": status,
            "status_name": SITTING_STATUSES[status].in_(self.language),
            "sequence": sequence,
            "regular_starts_at": self._regular(sitting) if sequence else None,
            "addenda": [AddendumView(**addendum.model_dump()) for addendum in addenda],
            "attendance": AttendanceView(
                chair=attended.chair,
                recorder=attended.recorder,
                mode=attended.mode,
                present=list(attended.present),
                absent=list(attended.absent),
            )
            if attended
            else None,
            "links": SittingLinks(
                itself=itself,
                agenda=f"{itself}/agenda.json" if agenda else None,
                minutes=f"{itself}/minutes.json" if minutes else None,
                temporal=f"{ui}/workflows/{sitting.id}" if version else None,
                console=self.sitting_page(sitting.id),
            ),
        }

    def sitting_name(self, sitting: Sitting) -> Name:
        """A sitting by its forum's name; of a forum that is no more, by its id."""
        forum = self.rules.forums.get(sitting.forum)
        return meeting_name(forum, sitting.id) if forum else self.forum_name(sitting.forum)

    def forum_name(self, forum: str) -> Name:
        """A forum's name; of one that is no more, its id."""
        found = self.rules.forums.get(forum)
        return found.name if found else Name(zh=forum, en=forum)

    def sitting_page(self, sitting_id: str) -> str:
        """A sitting's page."""
        return f"{self.settings.public_url}/sittings/{sitting_id}"

    def _regular(self, moved: Sitting) -> datetime | None:
        """When a moved sitting would be by today's calendar."""
        try:
            regular = sitting(self.rules.forums[moved.forum], self.rules.calendar, moved.id)
        except (Refusal, KeyError):  # a holiday swallows it, or its forum is no more
            return None
        return regular.starts_at if regular.starts_at != moved.starts_at else None

    def forum(self, forum: Forum) -> ForumView:
        """A forum."""
        held = forum.cadence
        cadence = CadenceView(
            every=held.every,
            weekday=held.weekday,
            nth=held.nth if held.every == "month" else None,
            time=held.time.isoformat("minutes"),
            minutes=held.minutes,
            holiday=held.holiday,
        )
        name = forum.name.in_(self.language)
        return ForumView(id=forum.id, tier=forum.tier, unit=forum.unit, name=name, cadence=cadence)


def _promise(promise: Promise | None) -> PromiseView | None:
    if promise is None:
        return None
    term = promise.term
    return PromiseView(
        due=term.until,
        given_at=promise.given_at,
        text=promise.text,
        missed=promise.missed,
        provisional=term.provisional,
    )


def _reporter(reporter: dict[str, Any] | None) -> dict[str, Any] | None:
    if reporter is None or not reporter.get("anonymous"):
        return reporter
    return {**reporter, "name": None, "phone": None}


def _event_data(event: Event, words: Any | None, opened: bool) -> dict[str, Any]:
    data: dict[str, Any] = event.fact.detail()
    if event.fact.place is not None:
        data["place"] = event.fact.place.model_dump(mode="json", exclude_none=True)
    if event.fact.words is not None and opened:
        data["words"] = words.get("reason") or words.get("description") if words else None
    return data
