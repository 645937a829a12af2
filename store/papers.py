"""A sitting's papers: its agenda and minutes, written from the case list and the log, and read again.

The builders are pure (``domain/papers/``); here is what they are given. Only the cases that fit are told from
their events, so that thousands may wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.case import Wait
from domain.errors import Refusal
from domain.figures import Grouping
from domain.papers.agenda import Agenda, LateItem, Minutes, to_json
from domain.papers.agenda_building import Context, Quarter, Step, Tabled, arrange, draft, item_for
from domain.papers.agenda_order import as_it_waited, quarter_start
from domain.papers.agenda_story import Voice
from domain.papers.emergency_papers import (
    Emergency,
    ResponseStep,
    extraordinary_agenda,
    extraordinary_minutes,
    how_it_stands,
)
from domain.papers.minutes_building import Attendance, SoFar, minutes, so_far
from domain.policy.calendar import shanghai
from domain.policy.forum import Forum, Sitting, emergency_of
from domain.policy.rules import Rules
from domain.sitting import Addendum, DocumentRef, SittingState, check_addendum
from store.cases import CaseList, CaseQuery, CaseRow
from store.documents import Documents, DocumentStatus
from store.folding import RESPONSES, event_of, fold_sitting
from store.log import EventLog
from store.rulebook import Rulebook
from store.sittings import SittingRow, Sittings
from store.statistics import NO_COMPANY, statistics, statistics_by

if TYPE_CHECKING:
    from store.database import Pool


_ASSESSED: tuple[Grouping, ...] = ("community", "company")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the minutes need to know of a sitting besides its cases. ``agenda``: the document's id."""

    dates: Sitting
    agenda: str | None
    addenda: tuple[Addendum, ...]
    attendance: Attendance

    @classmethod
    def of(cls, state: SittingState, dissent: tuple[str, ...] = ()) -> Held:
        """From the sitting's own state."""
        attendance = Attendance(
            chair=state.chair,
            recorder=state.recorder,
            mode=state.mode,
            present=state.present,
            absent=state.absent,
            dissent=dissent,
        )
        agenda = state.agenda.id if state.agenda else None
        return cls(dates=state.dates, agenda=agenda, addenda=state.addenda, attendance=attendance)


@dataclass(frozen=True, slots=True)
class Tabling:
    """A case that a sitting has before it: its row, its events, and how it stands there."""

    row: CaseRow
    steps: Sequence[Step]
    so_far: SoFar


class Papers:
    """Writes and reads papers on a pool. Every call may raise StoreUnavailable and NoRules."""

    def __init__(self, pool: Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._cases = CaseList(pool)
        self._log = EventLog(pool)
        self._sittings = Sittings(pool)
        self._documents = Documents(pool)
        self._rulebook = rulebook

    # ---------------------------------------------------------------- written

    async def write_agenda(self, state: SittingState, now: datetime, *, frozen: bool) -> DocumentRef:
        """Writes the agenda as it stands. The same again is the same document."""
        agenda, _ = await self._drawn(state, now, frozen=frozen)
        status: DocumentStatus = "frozen" if frozen else "draft"
        cases = _items(agenda) + len(agenda.not_fitting)
        return await self._documents.put(state.dates.id, "agenda", status, to_json(agenda), cases, now)

    async def _drawn(self, state: SittingState, now: datetime, *, frozen: bool) -> tuple[Agenda, Sequence[CaseRow]]:
        """The agenda as it stands at ``now``, with the rows that it is drawn from."""
        rules, dates = await self._fresh(), state.dates
        if emergency_of(dates.id) is not None:
            about, _, rows = await self._emergency(rules, dates)
            return extraordinary_agenda(rules, dates, about, frozen=frozen, now=now), rows
        rows = await self._tabled(rules, dates)
        streams = await self._streams(arrange(rules, dates, map(Tabled.of, rows)).fitting)
        stand = await self._responses(rules, rows)
        tabled = [Tabled.of(row, streams.get(row.number, ()), stand.get(row.number, ())) for row in rows]
        context = replace(await self._context(rules, dates, now), other=state.other)
        return draft(rules, dates, tabled, context, now, frozen), rows

    async def write_minutes(self, held: Held, now: datetime) -> DocumentRef:
        """Draws the minutes from what the cases' own events say; an extraordinary sitting's from its response's."""
        rules = await self._fresh()
        if emergency_of(held.dates.id) is not None:
            return await self._draw_extraordinary(rules, held, now)
        agenda = await self._agenda(rules, held, now)
        listed = [item.case for section in agenda.sections for item in section.items]
        listed += [late.item.case for late in agenda.addenda]
        # Those whose own timers pass at this very instant still wait; the others' events name the sitting.
        waiting = [case.number for case in await self._sittings.waiting_cases(held.dates.id)]
        numbers = dict.fromkeys((*listed, *waiting, *await self._sittings.heard(held.dates.id)))
        streams = await self._streams(numbers)
        following = rules.next_of(rules.forums[held.dates.forum], max(now, held.dates.starts_at))
        drawn = minutes(rules, held.dates, agenda, streams, held.attendance, following, now)
        cases = len(drawn.resolutions) + len(drawn.carried_over)
        return await self._documents.put(held.dates.id, "minutes", "frozen", to_json(drawn), cases, now)

    async def late(self, sitting_id: str, agenda_id: str | None, addenda: Iterable[str]) -> tuple[str, ...]:
        """The cases that wait for the sitting without being on its frozen agenda or its addenda."""
        known = {*await self._on_agenda(agenda_id), *addenda}
        waiting = await self._sittings.waiting_cases(sitting_id)
        return tuple(case.number for case in waiting if case.number not in known)

    # ---------------------------------------------------------------- extraordinary sittings

    async def _draw_extraordinary(self, rules: Rules, held: Held, now: datetime) -> DocumentRef:
        about, steps, _ = await self._emergency(rules, held.dates)
        following = rules.next_of(rules.forums[held.dates.forum], max(now, held.dates.starts_at))
        drawn = extraordinary_minutes(rules, held.dates, about, steps, held.attendance, following, now)
        return await self._documents.put(held.dates.id, "minutes", "frozen", to_json(drawn), len(about.cases), now)

    async def _emergency(
        self, rules: Rules, dates: Sitting
    ) -> tuple[Emergency, Sequence[ResponseStep], Sequence[CaseRow]]:
        """What the sitting is about, the response's events, its cases' rows. Raises Refusal ``unknown_emergency``."""
        emergency = emergency_of(dates.id) or ""
        events = await self._log.read(emergency)
        state = RESPONSES.state(events)
        if state is None:
            raise Refusal("unknown_emergency", emergency=emergency)
        numbers = [case.number for case in state.cases]
        rows, streams = await self._cases.some(numbers), await self._streams(numbers)
        cases = [Tabled.of(rows[number], streams.get(number, ())) for number in numbers if number in rows]
        playbook = (await self._rulebook.with_playbook(state.playbook)).playbook(state.playbook)
        steps = [ResponseStep(RESPONSES.event(row), row.version, row.hash) for row in events]
        return Emergency(state=state, cases=cases, asks=playbook.sitting), steps, list(rows.values())

    async def _responses(self, rules: Rules, rows: Sequence[CaseRow]) -> Mapping[str, tuple[str, ...]]:
        """How the joint responses of those cases stand that are in one, in lines, by the case's number."""
        voice, found = Voice(rules, rules.ladder.language), dict[str, tuple[str, ...]]()
        for row in rows:
            if row.stage == "joint_response" and row.emergency_id is not None:
                state = RESPONSES.state(await self._log.read(row.emergency_id))
                found[row.number] = how_it_stands(voice, state) if state else ()
        return found

    # ---------------------------------------------------------------- read

    async def agenda(self, row: SittingRow, now: datetime) -> Agenda | None:
        """A sitting's agenda with its addenda; before it is drafted, None. ``now`` dates what is made on the way.

        A draft is drawn anew: until the freeze it is what the sitting would hear by now.
        """
        if row.agenda is None:
            return None
        if row.status == "drafted":
            return await self._draft(row, now)
        held = Held(dates=row.dates, agenda=row.agenda, addenda=addenda_of(row), attendance=Attendance())
        return await self._agenda(await self._rulebook.rules(), held, now)

    async def _draft(self, row: SittingRow, now: datetime) -> Agenda | None:
        """The draft as it stands, made when the last of its cases or the sitting itself has changed."""
        state = fold_sitting(await self._log.read(row.id))
        if state is None or state.status != "drafted":
            return None
        agenda, rows = await self._drawn(state, max(now, state.at), frozen=False)
        made_at = max([state.at, *(case.updated_at for case in rows)])
        return agenda.model_copy(update={"made_at": made_at})

    async def minutes(self, row: SittingRow) -> Minutes | None:
        """A sitting's minutes; None until they are drawn."""
        document = await self._documents.get(row.minutes) if row.minutes else None
        return Minutes.model_validate(document.content) if document else None

    async def steps(self, number: str) -> Sequence[Step]:
        """A case's events, as papers tell them."""
        return (await self._streams((number,))).get(number, ())

    async def standing(self, dates: Sitting, places: Mapping[str, int], language: str) -> dict[str, Tabling]:
        """How the cases of a sitting stand by now; ``places``: their numbers among the items."""
        rules = await self._rulebook.rules()
        rows, streams = await self._cases.some(places), await self._streams(places)

        def stand(number: str, place: int) -> Tabling:
            steps = streams[number]
            return Tabling(rows[number], steps, so_far(rules, dates, number, steps, place, language))

        return {number: stand(number, place) for number, place in places.items() if number in rows}

    async def check_addendum(self, state: SittingState, number: str) -> None:
        """Raises Refusal ``unknown_case``, ``not_waiting_for_this_forum``, ``already_on_the_agenda``."""
        row = await self._cases.get(number)
        if row is None:
            raise Refusal("unknown_case")
        agenda = await self._on_agenda(state.agenda.id if state.agenda else None)
        wait = Wait.model_validate(row.wait) if row.wait else None
        heard = {
            event.data.get("detail", {}).get("sitting")
            for event in await self._log.read(number)
            if event.type != "put_on_agenda" and "place" in event.data
        }
        check_addendum(state, wait, number, agenda, heard_at={state.dates.id} if state.dates.id in heard else ())

    # ---------------------------------------------------------------- what they rest on

    async def _fresh(self) -> Rules:
        await self._rulebook.refresh_sittings()
        return await self._rulebook.rules()

    async def _tabled(self, rules: Rules, dates: Sitting) -> list[CaseRow]:
        """Who waits for the sitting, what is due before the next one, and the emergencies under its unit."""
        forum = rules.forums[dates.forum]
        following = rules.next_of(forum, max(dates.starts_at, dates.freezes_at))
        waiting = [case.number for case in await self._sittings.waiting_cases(dates.id)]
        rows = list((await self._cases.some(waiting)).values())
        plans = CaseQuery(units=(forum.unit,), tier=forum.tier, stage="action", open=True)
        due = [row for row in await self._cases.all(plans) if row.until and row.until <= following.starts_at]
        emergencies = await self._cases.all(CaseQuery(units=(forum.unit,), stage="joint_response", open=True))
        return sorted({row.number: row for row in (*rows, *due, *emergencies)}.values(), key=lambda row: row.number)

    async def _context(self, rules: Rules, dates: Sitting, now: datetime) -> Context:
        forum = rules.forums[dates.forum]
        last = await self._sittings.last_closed(forum.id, dates.starts_at)
        following = rules.next_of(forum, max(dates.starts_at, dates.freezes_at))
        until = shanghai(now).date()
        since = until - timedelta(days=6 if forum.cadence.every == "week" else 29)
        figures = await statistics(self._pool, since, until, unit=forum.unit, now=now)
        previous = await self.minutes(last) if last else None
        quarter = await self._quarter(rules, forum, dates.id, now)
        return Context(previous=previous, next_sitting=following, statistics=figures, quarter=quarter)

    async def _quarter(self, rules: Rules, forum: Forum, sitting: str, now: datetime) -> Quarter | None:
        """The figures of the quarter that a sitting above the estates ends, up to today."""
        since, until = quarter_start(sitting), shanghai(now).date()
        if since is None or forum.tier == rules.ladder.tiers[0].id:
            return None
        since = min(since, until)
        communities, companies = [
            await statistics_by(self._pool, by, since, until, rules.organisation, unit=forum.unit, now=now)
            for by in _ASSESSED
        ]
        managed = {company: figures for company, figures in companies.items() if company != NO_COMPANY}
        return Quarter(since=since, until=until, communities=communities, companies=managed)

    async def _agenda(self, rules: Rules, held: Held, now: datetime) -> Agenda:
        document = await self._documents.get(held.agenda) if held.agenda else None
        if document is None:
            agenda = draft(rules, held.dates, [], Context(), now, True)
        else:
            agenda = Agenda.model_validate(document.content)
        late = await self._late_items(rules, held.dates, held.addenda, first=_items(agenda) + 1)
        return agenda.model_copy(update={"addenda": late})

    async def _late_items(
        self, rules: Rules, dates: Sitting, addenda: Sequence[Addendum], first: int
    ) -> tuple[LateItem, ...]:
        numbers = [addendum.case for addendum in addenda]
        rows, streams = await self._cases.some(numbers), await self._streams(numbers)
        found = [addendum for addendum in addenda if addendum.case in rows]
        cases = [as_it_waited(Tabled.of(rows[it.case], streams[it.case]), dates.id) for it in found]
        return tuple(
            LateItem(item=item_for(rules, dates, case, place), reason=it.reason, by=it.by, at=it.at)
            for place, (it, case) in enumerate(zip(found, cases, strict=True), first)
        )

    async def _on_agenda(self, agenda_id: str | None) -> frozenset[str]:
        document = await self._documents.get(agenda_id) if agenda_id else None
        if document is None:
            return frozenset()
        agenda = Agenda.model_validate(document.content)
        return frozenset((*(item.case for section in agenda.sections for item in section.items), *agenda.not_fitting))

    async def _streams(self, numbers: Iterable[str]) -> Mapping[str, Sequence[Step]]:
        rows = await self._log.read_some(tuple(numbers))
        return {
            number: [Step(event_of(row), row.version, row.hash) for row in events] for number, events in rows.items()
        }


def addenda_of(row: SittingRow) -> tuple[Addendum, ...]:
    """A sitting's addenda as the list has them."""
    return tuple(map(Addendum.model_validate, row.addenda))


def _items(agenda: Agenda) -> int:
    return sum(len(section.items) for section in agenda.sections)
