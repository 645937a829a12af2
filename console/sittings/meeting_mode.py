"""Meeting mode: a sitting on the projector, one thing at a time; a decision is chosen, checked, and recorded.

What is shown is the agenda's, which has no personal data: a case's title and the resident's words are not here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.cases.routes import Number, decided
from api.edge.problem_words import status_of
from api.edge.strict import StrictRoute
from api.process import Services, services_of
from console.cases.offers import DECISIONS, foretold, with_words
from console.frame import commands
from console.frame.forms import Form
from console.frame.once import once_of
from console.frame.pages import OnPage, Viewer, page, see
from console.sittings import agendas
from console.sittings.agendas import Slide
from console.sittings.known import Known, Told, agenda_of, known
from console.sittings.sending import own
from console.words import say
from domain.case import AnyDecision, CaseState
from domain.errors import Refusal
from domain.forms.asking import Situation
from domain.forms.reading import FormField, fields_of
from domain.papers.agenda import Agenda, Resolution
from domain.papers.agenda_building import Tabled, proposed
from domain.papers.minutes_building import Stand
from domain.permission import allowed_now
from domain.policy.calendar import shanghai
from domain.policy.rules import Rules
from domain.words.bilingual import Name
from domain.words.case_words import EVENTS
from domain.words.names import Names
from services.problems import Problem
from store.folding import event_of
from store.papers import Tabling

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

END = "end"
"""The last page: what is decided, what is left, and how the meeting is closed."""

_DAYS_SUSPENDED = 30


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True, slots=True)
class Shown:
    """A slide with how it stands. ``stand`` is None for a section of lines."""

    slide: Slide
    stand: Stand | None
    resolution: Resolution | None
    version: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """A sitting as it is held. ``decides``: the viewer may record decisions, and they count by now."""

    sitting: Known
    agenda: Agenda
    shown: tuple[Shown, ...]
    decides: bool

    def place(self, id: str) -> int:
        """Where a slide is. Raises Problem ``not_found``."""
        if id == END:
            return len(self.shown)
        found = next((place for place, one in enumerate(self.shown) if one.slide.id == id), None)
        if found is None:
            raise Problem("not_found")
        return found

    def path(self, place: int) -> str:
        """The address of the slide at a place; the cover before the first, the end after the last."""
        start = f"/sittings/{self.sitting.id}/meeting"
        if place < 0:
            return start
        return f"{start}/{self.shown[place].slide.id if place < len(self.shown) else END}"

    @property
    def cases(self) -> tuple[Shown, ...]:
        """The slides that are cases."""
        return tuple(one for one in self.shown if one.stand is not None)

    def count(self, *stands: Stand) -> int:
        """So many cases stand so."""
        return sum(one.stand in stands for one in self.cases)

    @property
    def first_left(self) -> int:
        """Where the meeting goes on: the first case that is still to be decided; else the beginning."""
        return next((place for place, one in enumerate(self.shown) if one.stand == "left"), 0)


async def _meeting(request: Request, viewer: Viewer, sitting_id: str) -> Meeting:
    """Raises Refusal ``unknown_sitting``, ``forbidden``; Problem ``no_agenda_yet``, ``sitting_not_held``."""
    services, sitting = services_of(request), await known(request, viewer, sitting_id)
    if not sitting.reads:
        raise Refusal("forbidden")
    if sitting.status == "cancelled":
        raise Problem("sitting_not_held", sitting=sitting_id)
    agenda = await agenda_of(services, sitting)
    if agenda is None:
        at = sitting.dates.drafts_at
        raise Problem("no_agenda_yet", said={"drafts_at": sitting.when(at)}, sitting=sitting_id, drafts_at=str(at))
    language = sitting.tells.language
    places = {item.case: item.number for item in agendas.items_of(agenda)}
    standing = await services.sittings.papers.standing(sitting.dates, places, language)
    shown = tuple(_shown(slide, standing) for slide in agendas.slides(agenda, language))
    ended = sitting.state is not None and sitting.state.decisions_ended_at is not None
    counts = sitting.status in ("in_session", "minutes") and not ended
    return Meeting(sitting, agenda, shown, sitting.runs and counts)


def _shown(slide: Slide, standing: Mapping[str, Tabling]) -> Shown:
    tabling = standing.get(slide.id) if slide.item is not None else None
    if tabling is None:
        return Shown(slide, None, None, 0)
    return Shown(slide, tabling.so_far.stand, tabling.so_far.resolution, tabling.row.version)


# ---------------------------------------------------------------- pages


@router.get("/sittings/{sitting_id}/meeting")
async def cover(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """What the meeting will hear, when decisions count, and how far it has got."""
    meeting = await _meeting(request, viewer, sitting_id)
    return page(
        request,
        "sittings/meeting/cover.html",
        meeting=meeting,
        sitting=meeting.sitting,
        place=-1,
        budget=agendas.budget(meeting.agenda, meeting.sitting.tells.language),
    )


@router.get("/sittings/{sitting_id}/meeting/{slide}")
async def slide_page(
    request: Request,
    viewer: OnPage,
    sitting_id: str,
    slide: str,
    decide: Annotated[str | None, Query(max_length=40)] = None,
    after: Annotated[str | None, Query(max_length=40)] = None,
    follow: bool = False,
) -> Response:
    """One thing at a time. ``decide``: with the form of that decision; ``after``: what was decided just before."""
    meeting = await _meeting(request, viewer, sitting_id)
    place = meeting.place(slide)
    before = next((one for one in meeting.cases if one.slide.id == after and one.resolution), None)
    if place == len(meeting.shown):
        return page(
            request, "sittings/meeting/end.html", meeting=meeting, sitting=meeting.sitting, place=place, before=before
        )
    deciding = await _deciding(services_of(request), viewer, meeting, place)
    form = None
    if decide is not None and deciding is not None and decide in deciding.kinds:
        form = Form[AnyDecision](deciding.proposals(decide))
    return _slide_page(request, meeting, place, deciding, decide, form, before=before, follow=follow)


def _slide_page(
    request: Request,
    meeting: Meeting,
    place: int,
    deciding: Decidable | None,
    kind: str | None,
    form: Form[AnyDecision] | None,
    *,
    before: Shown | None = None,
    follow: bool = False,
    since: Sequence[Told] = (),
    status: int = 200,
) -> Response:
    return page(
        request,
        "sittings/meeting/slide.html",
        status=status,
        meeting=meeting,
        sitting=meeting.sitting,
        place=place,
        now_shown=meeting.shown[place],
        deciding=deciding,
        kind=kind if form else None,
        form=form,
        before=before,
        follow=follow,
        since=since,
    )


# ---------------------------------------------------------------- deciding


@dataclass(frozen=True, slots=True)
class Decidable:
    """A case that the meeting may decide now: what it takes, and what is proposed.

    ``often``: what a meeting decides mostly, big buttons with digits for the keyboard; ``seldom``: the rest.
    """

    situation: Situation[CaseState]
    meeting: Meeting
    lead: str | None
    others: tuple[str, ...]
    often: tuple[str, ...]
    seldom: tuple[str, ...]

    @property
    def state(self) -> CaseState:
        return self.situation.state

    @property
    def kinds(self) -> tuple[str, ...]:
        return (*self.often, *self.seldom)

    @property
    def names_sitting(self) -> bool:
        """Whether it is this sitting's to decide: a plan that is only reported is not."""
        wait = self.state.wait
        return wait is not None and wait.sitting_id == self.meeting.sitting.id

    def label(self, kind: str) -> Name:
        """What a decision is called."""
        return DECISIONS[kind].offer.label

    def fields(self, kind: str) -> tuple[FormField, ...]:
        """What a decision asks for; who is proposed can always be chosen; an answer begins with what it leads to."""
        fields = tuple(self._with_proposed(one) for one in self._asked(kind))
        try:
            words = foretold(self.situation, kind, self.proposals(kind)).words
        except Refusal:  # it is said once it is sent
            words = ()
        return with_words(fields, words)

    def _asked(self, kind: str) -> tuple[FormField, ...]:
        return fields_of(DECISIONS[kind], self.situation)

    def _with_proposed(self, field: FormField) -> FormField:
        if field.name != "lead" or self.lead is None or self.lead in dict(field.options):
            return field
        return replace(field, choices=(*field.choices, ("", ((self.lead, self.lead),))))

    def proposals(self, kind: str) -> dict[str, Any]:
        """What a form of that decision is filled with. Sentences are in the ladder's language, as the record is."""
        state, language = self.state, self.state.language
        category = Names(self.situation.rules, language).category(state.category)
        plan = state.plan
        proposed = {
            "deliverable": plan.deliverable if plan else say("propose.deliverable", language, category=category),
            "what_was_done": say("propose.done", language),
            "reason": self._reason(kind),
            "due_date": self.due().isoformat(),
            "new_date": self.due().isoformat(),
            "resume_date": (self._session + timedelta(days=_DAYS_SUSPENDED)).isoformat(),
            "lead": self.lead or "",
            "co_handlers": list(self.others),
        }
        return {one.name: proposed[one.name] for one in self._asked(kind) if one.name in proposed}

    def _reason(self, kind: str) -> str:
        ladder, language = self.situation.rules.ladder, self.state.language
        if kind == "hold":
            return say("propose.hold", language)
        above = ladder.above(self.state.tier)
        if kind == "escalate" and above is not None:
            return say("propose.escalate", language, above=above.name.in_(language))
        return ""

    @property
    def _session(self) -> date:
        return shanghai(self.meeting.sitting.dates.starts_at).date()

    def due(self) -> date:
        """A proposal: the last working day before the forum meets again."""
        dates, rules = self.meeting.sitting.dates, self.situation.rules
        following = rules.next_of(rules.forums[dates.forum], dates.starts_at)
        day = shanghai(following.starts_at).date()
        before = rules.calendar.add_workdays(day, -1)
        return before if before > self._session else day


async def _deciding(services: Services, viewer: Viewer, meeting: Meeting, place: int) -> Decidable | None:
    """None where there is nothing to decide, or not by this viewer, or not yet."""
    slide = meeting.shown[place].slide
    if slide.item is None or not meeting.decides:
        return None
    state = await services.casework.state(slide.id)
    rules = await services.casework.rules(state)
    allowed = frozenset(allowed_now(rules, viewer.actor, state))
    row = await services.cases.get(slide.id)
    assert row is not None
    tabled = Tabled.of(row, await services.sittings.papers.steps(slide.id))
    lead, others = proposed(rules, meeting.sitting.dates, tabled)
    kinds = [kind for kind in DECISIONS if kind in allowed]
    return Decidable(
        situation=Situation(rules, viewer.actor, services.clock.now(), meeting.sitting.tells.language, state),
        meeting=meeting,
        lead=_as_plans_name(rules, lead),
        others=tuple(one for one in others if one != lead),
        often=tuple(kind for kind in kinds if DECISIONS[kind].offer.meeting == "often"),
        seldom=tuple(kind for kind in kinds if DECISIONS[kind].offer.meeting == "seldom"),
    )


def _as_plans_name(rules: Rules, lead: str | None) -> str | None:
    """A company is named in words, as a plan has it; departments and units by code and id."""
    companies = {one.id: one.name.in_(rules.ladder.language) for one in rules.organisation.companies}
    return companies.get(lead, lead) if lead is not None else None


@router.post("/sittings/{sitting_id}/meeting/{number}")
async def record(request: Request, viewer: OnPage, sitting_id: str, number: Number) -> Response:
    """Records a decision as the sitting's; then the next thing comes."""
    services = services_of(request)
    await own(request, viewer, sitting_id)
    meeting = await _meeting(request, viewer, sitting_id)
    place = meeting.place(number)
    form = await commands.read_one_of(request, DECISIONS)
    once = once_of(form)
    deciding = await _deciding(services, viewer, meeting, place)
    kind = next((one for one in deciding.kinds if one == form.value("kind")), None) if deciding else None
    if deciding is None or kind is None:
        # Somebody else was quicker, or the decision does not count any more: said where it can be seen.
        return see(f"{meeting.path(place)}?after={number}")
    refused: Refusal | Problem | None = None
    if form.data is not None:
        body = form.data.model_copy(update={"sitting": sitting_id if deciding.names_sitting else None})
        try:
            await decided(services, number, viewer.actor, body, once.key, once.version)
        except (Refusal, Problem) as error:
            refused = error
            form.refused(request, error)
        else:
            return see(f"{meeting.path(place + 1)}?after={number}")
    since: Sequence[Told] = ()
    if refused is not None and refused.code == "version_conflict":
        since = await _since(services, meeting.sitting, number, once.version)
        meeting = await _meeting(request, viewer, sitting_id)
        deciding = await _deciding(services, viewer, meeting, place)
    status = status_of(refused.code) if refused is not None else 422
    return _slide_page(request, meeting, place, deciding, kind, form, since=since, status=status)


async def _since(services: Services, sitting: Known, number: str, version: int) -> list[Told]:
    """What has happened to the case since the form was rendered."""
    found = []
    for row in await services.log.read(number, version):
        event = event_of(row)
        label = EVENTS[event.type].in_(sitting.tells.language)
        found.append(Told(row.version, label, event.at, event.actor, event.reason, event.type))
    return found
