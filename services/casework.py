"""What the interface does with cases: opens them, sends decisions to their processes, reads them from the log.

Every answer is computed from the log after the commit, so the same request again gives the same answer.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from domain.case import (
    AnyDecision,
    CaseState,
    Command,
    Confirm,
    Dispute,
    MarkDuplicate,
    OpenCase,
    SealedRef,
    StandDown,
    Withdraw,
    check_allowed,
    decide,
    require_right,
)
from domain.errors import Refusal
from domain.permission import RESIDENT, Actor, may_read
from domain.policy.calendar import shanghai
from domain.policy.rules import Rules
from domain.text import seeking
from runtime.clock import Clock
from services import idempotency
from services.joint_responses import JointResponses
from services.problems import Problem
from services.requests import NewCase, NewIssue, Reporter, Word
from services.sending import Done, Running, Sending
from store import claims, residents
from store.cases import CaseList
from store.database import transaction
from store.errors import ResidentErased
from store.folding import fold_rows
from store.log import EventLog, StoredEvent
from store.registry import CASES
from store.residents import Residents
from store.rulebook import Rulebook

if TYPE_CHECKING:
    from store.database import Pool

WORDS = "words"
"""The kind of the sealed record that a case is opened with: title, description, location, reporter."""
WORD = "word"
"""The kind of the sealed records of what a resident says later, with the command's id after a colon."""

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 8


class Casework:
    """Cases, on the log and the running processes."""

    def __init__(
        self,
        pool: Pool,
        log: EventLog,
        running: Running,
        sealed: Residents,
        rulebook: Rulebook,
        responses: JointResponses,
        clock: Clock,
        secret: bytes,
    ) -> None:
        self._pool = pool
        self._log = log
        self._running = running
        self._sealed = sealed
        self._rulebook = rulebook
        self._responses = responses
        self._clock = clock
        self._secret = secret
        self._sending: Sending[CaseState, Command] = Sending(
            pool, log, running, CASES, self._decides, lambda number: Refusal("unknown_case", number=number)
        )

    # ---------------------------------------------------------------- reading

    async def rows(self, number: str) -> tuple[StoredEvent, ...]:
        """A case's events. Raises Refusal ``unknown_case``."""
        rows = await self._log.read(number)
        if not rows:
            raise Refusal("unknown_case", number=number)
        return rows

    async def state(self, number: str) -> CaseState:
        """A case as the log has it. Raises Refusal ``unknown_case``."""
        state = await self._sending.state(number)
        if state is None:
            raise Refusal("unknown_case", number=number)
        return state

    async def story(self, number: str) -> tuple[CaseState, tuple[StoredEvent, ...]]:
        """A case with all its events. Raises Refusal ``unknown_case``."""
        rows = await self.rows(number)
        return _folded(number, rows), rows

    async def rules(self, state: CaseState) -> Rules:
        """The rules that a case is under."""
        return await self._rulebook.rules(state.ladder)

    async def readable(self, number: str, actor: Actor) -> CaseState:
        """A case that ``actor`` may read. Raises Refusal."""
        state = await self.state(number)
        await self._require_reader(actor, state)
        return state

    async def readable_story(self, number: str, actor: Actor) -> tuple[CaseState, tuple[StoredEvent, ...]]:
        """The same with its events."""
        state, rows = await self.story(number)
        await self._require_reader(actor, state)
        return state, rows

    async def _require_reader(self, actor: Actor, state: CaseState) -> None:
        if not may_read(await self.rules(state), actor, state):
            raise Refusal("forbidden")

    async def opened(self, ref: SealedRef | None) -> Any | None:
        """What was sealed; None once the resident is erased."""
        if ref is None:
            return None
        return await self._sealed.open(residents.SealedRef(ref.id, ref.resident, ref.digest))

    # ---------------------------------------------------------------- opening

    async def open(self, actor: Actor, new: NewCase, key: str | None) -> CaseState:
        """Opens a case; the same key and body again is the same case. Raises Refusal, Problem.

        Number, sealed words and title are committed first, together; then the process is started with the
        command that opens the case. What breaks in between is finished by the caller's next try.
        """
        rules = self._rulebook.current
        claim_key, fingerprint = idempotency.claim_key("open", actor, key), idempotency.fingerprint("open", new)
        refused = _refusal_of(rules, _open_command("", "", actor, new, _NO_WORDS), self._clock.now())
        if refused is not None:
            return await self._opened_before(claim_key, fingerprint, key, refused)
        number, words = await self._claim_number(rules, claim_key, fingerprint, new)
        if words is None:
            done = await self._sending.before(number, idempotency.command_id(claim_key))
            if done is not None:
                return (await self._in_emergency(done)).state
            words = await self._words_of(number)
        command = _open_command(number, idempotency.command_id(claim_key), actor, new, words)
        _speak_of(number, command)
        await self._running.required().open(rules, number, command)
        return (await self._in_emergency(await self._sending.committed(number, command.id))).state

    async def open_by_resident(self, new: NewIssue, title: str, key: str) -> CaseState:
        """A resident raises an issue, without sign-in, of any estate and never as an emergency.

        ``title``: what it is called where the resident has named it nothing. ``key`` is the form's own, so that a form
        sent twice is one case. An anonymous resident's name and telephone are not kept. Raises as ``open``.
        """
        reporter = Reporter(anonymous=True) if new.anonymous else Reporter(name=new.name, phone=new.phone)
        case = NewCase(
            estate=new.estate,
            category=new.category,
            title=new.title or title,
            description=new.description,
            channel="wechat",
            location=new.location,
            reporter=reporter,
            consent=new.consent,
        )
        return await self.open(RESIDENT, case, key)

    async def _opened_before(self, claim_key: str, fingerprint: str, key: str | None, refused: Refusal) -> CaseState:
        """The case that this request opened under rules which would refuse it now; else raises the refusal."""
        found = await claims.find(self._pool, claim_key, fingerprint) if key is not None else None
        if found is None or not found.matches or found.subject is None:
            raise refused
        done = await self._sending.done(found.subject, idempotency.command_id(claim_key))
        if done is None:
            raise refused
        return done.state

    async def _claim_number(
        self, rules: Rules, claim_key: str, fingerprint: str, new: NewCase
    ) -> tuple[str, SealedRef | None]:
        """The case's number; and the sealed words, when this call wrote them."""
        now = self._clock.now()
        prefix = f"{rules.organisation.case_prefix}-{shanghai(now).year}"
        async with transaction(self._pool) as connection:
            claim = await claims.claim(connection, claim_key, fingerprint, number_prefix=prefix)
            if not claim.matches:
                raise Problem("idempotency_mismatch")
            assert claim.subject is not None
            if not claim.fresh:
                return claim.subject, None
            resident = residents.new_resident()
            record = new.model_dump(mode="json", include={"title", "description", "location", "reporter"})
            if new.consent is not None:
                record["consent"] = {"version": new.consent, "at": now.isoformat()}
            ref = await self._sealed.seal(resident, WORDS, record, subject=claim.subject, connection=connection)
            await CaseList(connection).put_title(claim.subject, resident, new.title)
        return claim.subject, _ref(ref)

    async def _words_of(self, number: str) -> SealedRef:
        found = await self._sealed.of(number, WORDS)
        return _ref(found[0])

    # ---------------------------------------------------------------- deciding

    async def decide(
        self,
        number: str,
        actor: Actor,
        body: AnyDecision | StandDown,
        *,
        key: str | None,
        if_version: int | None = None,
    ) -> Done[CaseState]:
        """Sends a decision to the case; answers when it is committed. Raises Refusal, Problem, ProcessUnavailable."""
        claim_key = idempotency.claim_key(number_scope(actor, number), actor, key)
        command = Command(id=idempotency.command_id(claim_key), actor=actor, body=body, if_version=if_version)
        _speak_of(number, command)
        if key is not None:
            done = await self._sending.claimed(number, claim_key, idempotency.fingerprint(number, body), command.id)
            if done is not None:
                return await self._in_emergency(done)
        if isinstance(body, MarkDuplicate):
            state = await self.state(number)
            require_right(await self.rules(state), state, actor, body.kind)
            await self._check_followed(number, seeking.case_number_beside(body.of, number))
        return await self._in_emergency(await self._sending.send(number, command))

    async def send(self, number: str, command: Command) -> Done[CaseState]:
        """Sends a command that its own id makes one; sent again, it is the same. Raises as ``decide``."""
        _speak_of(number, command)
        return await self._sending.before(number, command.id) or await self._sending.send(number, command)

    async def _in_emergency(self, done: Done[CaseState]) -> Done[CaseState]:
        """Where the case has just declared an emergency, its joint response is there when the answer is."""
        for row in done.events:
            if row.type == "emergency_declared" and (emergency := row.data["detail"].get("emergency")):
                await self._responses.opened(row.stream, emergency)
        return done

    async def word(self, number: str, word: Word, *, key: str | None, if_version: int | None = None) -> Done[CaseState]:
        """The resident's own decision; what they say is sealed first. The code has been checked."""
        claim_key = idempotency.claim_key(number_scope(RESIDENT, number), RESIDENT, key)
        command = Command(
            id=idempotency.command_id(claim_key), actor=RESIDENT, body=_residents_decision(word), if_version=if_version
        )
        _speak_of(number, command)
        if key is not None:
            done = await self._sending.claimed(number, claim_key, idempotency.fingerprint(number, word), command.id)
            if done is not None:
                return done
        state = await self.state(number)
        check_allowed(await self.rules(state), state, RESIDENT, word.kind)
        if word.kind == "dispute" and word.reason is None:
            raise Refusal("reason_required", decision="dispute")
        if word.reason is not None:
            command = command.model_copy(update={"words": await self._seal_word(state, command.id, word.reason)})
        return await self._sending.send(number, command)

    async def _seal_word(self, state: CaseState, command_id: str, reason: str) -> SealedRef:
        kind = f"{WORD}:{command_id}"
        before = await self._sealed.of(state.number, kind)
        if before:
            return _ref(before[0])
        try:
            ref = await self._sealed.seal(state.words.resident, kind, {"reason": reason}, subject=state.number)
        except ResidentErased:
            raise Problem("erased") from None
        return _ref(ref)

    async def _check_followed(self, number: str, of: str) -> None:
        """A duplicate follows a case that there is, and that follows no other itself."""
        if of == number:
            raise Refusal("duplicate_of_itself", number=of)
        followed = await CaseList(self._pool).get(of)
        if followed is None:
            raise Refusal("duplicate_of_unknown", of=of)
        if followed.duplicate_of is not None:
            raise Refusal("duplicate_of_duplicate", of=of, root=followed.duplicate_of)

    async def _decides(self, state: CaseState, command: Command) -> None:
        decide(await self.rules(state), state, command, self._clock.now())

    # ---------------------------------------------------------------- residents' codes

    def code(self, number: str) -> str:
        """The resident's code for a case: from the secret and the number, so that it can be given again."""
        digest = hmac.digest(self._secret, f"code:{number}".encode(), hashlib.sha256)
        value = int.from_bytes(digest, "big")
        letters = []
        for _ in range(_CODE_LENGTH):
            value, place = divmod(value, len(_ALPHABET))
            letters.append(_ALPHABET[place])
        return "".join(letters)

    def is_code(self, number: str, code: str) -> bool:
        """Whether ``code`` is the case's; takes as long for a wrong one."""
        return hmac.compare_digest(self.code(number).encode(), seeking.code(code).encode("utf-8", "replace"))


def number_scope(actor: Actor, number: str) -> str:
    """Where an idempotency key counts: an officer's, everywhere; a resident's, within the case."""
    return f"word:{number}" if actor.role == "resident" else "decide"


_NO_WORDS = SealedRef(id="-", resident="-", digest="-")


def _speak_of(number: str, command: Command) -> None:
    """From here on, every line that this request logs says which case and command it is about."""
    structlog.contextvars.bind_contextvars(case=number, workflow=number, command=command.id)


def _open_command(number: str, command_id: str, actor: Actor, new: NewCase, words: SealedRef) -> Command:
    body = OpenCase(
        number=number if new.emergency else None,
        estate=new.estate,
        category=new.category,
        channel=new.channel,
        severity=new.severity,
        words=words,
        emergency=new.emergency,
        joint_names=new.joint_names,
        reporter_kind=new.reporter.kind if new.reporter is not None else "person",
    )
    return Command(id=command_id, actor=actor, body=body)


def _refusal_of(rules: Rules, command: Command, now: datetime) -> Refusal | None:
    """What the rules would say, before anything is written or started for it."""
    try:
        decide(rules, None, command, now)
    except Refusal as refusal:
        return refusal
    return None


def _residents_decision(word: Word) -> Confirm | Dispute | Withdraw:
    if word.kind == "confirm":
        assert word.stars is not None
        return Confirm(kind="confirm", stars=word.stars)
    return Dispute(kind="dispute") if word.kind == "dispute" else Withdraw(kind="withdraw")


def _folded(number: str, rows: Sequence[StoredEvent], before: CaseState | None = None) -> CaseState:
    state = fold_rows(number, rows, before)
    assert state is not None
    return state


def _ref(ref: residents.SealedRef) -> SealedRef:
    return SealedRef(id=ref.id, resident=ref.resident, digest=ref.digest)
