"""Policies with their versions: read, compared, checked, brought into force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import StringConstraints
from starlette.responses import Response

from api.edge.bodies import is_form, streams
from api.edge.multipart import parts
from api.edge.problem_words import status_of
from api.edge.problems import detail_of
from api.edge.strict import StrictRoute
from api.process import Services, services_of
from console.administration.system import Administrator
from console.frame import forms
from console.frame.flashes import flash
from console.frame.forms import Form, Sent
from console.frame.pages import page, see
from console.residents.filing import AWAY
from domain.errors import Refusal
from domain.policy.policy_file import PolicyError, PolicyProblem
from domain.policy.policy_set import KINDS, PolicyKind, read_policy, said
from domain.text.writing import with_plain_line_ends
from domain.words.bilingual import Name
from domain.words.policy_words import fault
from services.policy_check import difference_in_lines
from services.policy_folder import decoded
from services.problems import Problem
from store.policies import PolicyVersion
from workflows.client import ProcessGone, ProcessUnavailable
from workflows.messages import Enforced

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

MOST_KB = 1024
_FILE_BYTES = 256 * 1024
_MOST_FILES = 4
_Word = Annotated[str, Path(max_length=80)]


class Pasted(Sent):
    """A policy's text, in a form without files."""

    kind: PolicyKind
    text: Annotated[str, StringConstraints(max_length=_FILE_BYTES, strip_whitespace=False)] = ""


class Load(Sent):
    """A checked policy. ``after``: the basis of the dry run that was looked at."""

    kind: PolicyKind
    text: Annotated[str, StringConstraints(max_length=_FILE_BYTES, strip_whitespace=False)]
    after: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class Listed:
    """A policy as the list shows it: what is in force, what it says, how many versions there are."""

    version: PolicyVersion
    says: Name
    versions: int


Stand = Literal["under_way", "done", "past", "unknown", "away", "none"]


@dataclass(frozen=True, slots=True)
class Enforcement:
    """How far a version's coming into force is. ``done``: what it moved; ``at``: since when all of it is done, where
    nothing more is kept of it (``past``)."""

    stand: Stand
    done: Enforced | None = None
    at: datetime | None = None


# ---------------------------------------------------------------- read


@router.get("/admin/policies")
async def policies_page(request: Request, viewer: Administrator) -> Response:
    """What is in force, kind by kind."""
    desk = services_of(request).policy_desk
    counts: dict[tuple[str, str], int] = {}
    for kind in KINDS:
        for version in await desk.versions(kind):
            key = (kind, version.name if kind in ("calendar", "playbook") else "")
            counts[key] = counts.get(key, 0) + 1
    listed = [
        Listed(one, _says(one), counts[one.kind, one.name if one.kind in ("calendar", "playbook") else ""])
        for one in await desk.in_force()
    ]
    return page(request, "admin/policies.html", kinds=KINDS, listed=listed)


def _says(version: PolicyVersion) -> Name:
    try:
        return said(read_policy(version.kind, version.content, version.ref).value)
    except PolicyError:  # of a program before this one
        return Name(zh="", en="")


@router.get("/admin/policies/{kind}/{name}/{version}")
async def policy_page(
    request: Request,
    viewer: Administrator,
    kind: PolicyKind,
    name: _Word,
    version: _Word,
    against: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """One version with its lines numbered; beside it the others, and the difference to one of them."""
    services = services_of(request)
    desk = services.policy_desk
    shown = await desk.version(kind, name, version)
    others = [one for one in await desk.versions(kind) if one.name == name or kind in ("ladder", "organisation")]
    before = next((one for one in others if one.ref == against), None)
    lines = tuple(difference_in_lines(before.content, shown.content)) if before else ()
    current = next((one for one in await desk.in_force() if one.ref == shown.ref and one.kind == kind), None)
    return page(
        request,
        "admin/policy.html",
        version=shown,
        others=others,
        before=before,
        lines=lines,
        current=current,
        says=_says(shown),
        enforcement=await _enforcement(services, shown) if current else Enforcement("none"),
    )


async def _enforcement(services: Services, version: PolicyVersion) -> Enforcement:
    if version.kind == "playbook":
        return Enforcement("none")
    try:
        done = await services.policy_desk.enforcement(version)
    except ProcessGone:
        at = await services.policy_desk.enforced_at(version)
        return Enforcement("past" if at else "unknown", at=at)
    except ProcessUnavailable:
        return Enforcement("away")
    return Enforcement("done", done) if done is not None else Enforcement("under_way")


@router.post("/admin/policies/{kind}/{name}/{version}/enforce")
async def enforce(request: Request, viewer: Administrator, kind: PolicyKind, name: _Word, version: _Word) -> Response:
    """Brings what is under way in line with a version in force, once more."""
    services = services_of(request)
    desk = services.policy_desk
    found = await desk.version(kind, name, version)
    if not any(one.ref == found.ref and one.kind == kind for one in await desk.in_force()):
        raise Refusal("unknown_policy", policy=f"{kind} {found.ref}")
    await desk.enforce(found)
    return _seen("flash.enforcing", found)


# ---------------------------------------------------------------- check


@router.get("/admin/policies/new")
async def new_policy_page(
    request: Request,
    viewer: Administrator,
    kind: PolicyKind = "organisation",
    name: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The form: files, or the text; what is in force stands there to be changed."""
    desk = services_of(request).policy_desk
    known = [one for one in await desk.in_force() if one.kind == kind]
    start = next((one for one in known if one.name == name), known[-1] if known and kind != "playbook" else None)
    form = Form[Pasted]({"kind": kind, "text": start.content if start else ""})
    return _form_page(request, form)


@router.post("/admin/policies/check")
@streams(up_to_kb=MOST_KB)
async def check(request: Request, viewer: Administrator) -> Response:
    """A dry run: every mistake at its line, or what would change and what comes of it. Nothing is changed."""
    asked = await _asked(request)
    return await _checked(request, asked)


@dataclass
class _Asked:
    kind: PolicyKind
    files: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


async def _asked(request: Request) -> _Asked:
    """What was sent, with files or without. Raises Problem ``bad_form``, ``too_large``."""
    if is_form(request):
        form = await forms.read(request, Pasted)
        if form.data is None:
            raise Problem("bad_form")
        return _Asked(form.data.kind, {form.data.kind: form.data.text})
    fields: dict[str, str] = {}
    files: dict[str, str] = {}
    unreadable: list[str] = []
    async for part in parts(request, file_bytes=_FILE_BYTES):
        if not part.is_file:
            fields[part.name] = part.text
        elif part.too_long:
            raise Problem("too_large", limit=_FILE_BYTES // 1024)
        elif part.data:
            name = _file_name(part.filename, len(files))
            try:
                files[name] = decoded(bytes(part.data))
            except UnicodeDecodeError:
                unreadable.append(name)
    kind = fields.get("kind", "")
    if kind not in KINDS or len(files) > _MOST_FILES:
        raise Problem("bad_form")
    return _Asked(kind, files or {kind: with_plain_line_ends(fields.get("text", ""))}, unreadable)


def _file_name(given: str, count: int) -> str:
    name = given.replace("\\", "/").rpartition("/")[2][:60]
    return name if name.isprintable() and name else f"file {count + 1}"


async def _checked(request: Request, asked: _Asked, *, refused: str = "", status: int = 200) -> Response:
    """The page of a dry run."""
    if asked.unreadable:
        problems = [PolicyProblem(name, 1, "", fault("encoding")) for name in asked.unreadable]
        return _mistaken(request, asked, problems)
    desk = services_of(request).policy_desk
    try:
        draft = await desk.check(await desk.offered(asked.kind, asked.files))
    except PolicyError as error:
        return _mistaken(request, asked, error.problems)
    policy = draft.one.policy
    form = Form[Load]({"kind": asked.kind, "text": policy.text, "after": draft.basis})
    if refused:
        form.errors[""] = refused
    return page(
        request,
        "admin/draft.html",
        status=status,
        form=form,
        draft=draft,
        item=draft.one,
        name=policy.ref,
        kind=asked.kind,
        says=said(policy.value),
        refusals=[detail_of(request, one) for one in draft.refusals],
        value=policy.value,
    )


def _mistaken(request: Request, asked: _Asked, problems: Any) -> Response:
    """The form again, with each mistake at its line of the text that was sent."""
    text = "\n".join(asked.files.values()) if len(asked.files) == 1 else ""
    own = next(iter(asked.files), "")
    by_line: dict[int, list[PolicyProblem]] = {}
    for problem in problems:
        if problem.path == own:
            by_line.setdefault(max(problem.line, 1), []).append(problem)
    form = Form[Pasted]({"kind": asked.kind, "text": text})
    return _form_page(request, form, problems=list(problems), by_line=by_line, status=422)


def _form_page(
    request: Request,
    form: Form[Pasted],
    *,
    problems: list[PolicyProblem] | None = None,
    by_line: Mapping[int, list[PolicyProblem]] | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "admin/new_policy.html",
        status=status,
        form=form,
        kinds=KINDS,
        problems=problems or [],
        by_line=by_line or {},
        most=_FILE_BYTES // 1024,
    )


# ---------------------------------------------------------------- into force


@router.post("/admin/policies/load")
async def load(request: Request, viewer: Administrator) -> Response:
    """Brings a checked policy into force, unless another one has come into force since it was checked."""
    form = await forms.read(request, Load)
    if form.data is None:
        raise Problem("bad_form")
    services, sent = services_of(request), form.data
    desk = services.policy_desk
    try:
        loaded = await desk.load(await desk.offered(sent.kind, {sent.kind: sent.text}), sent.after)
    except PolicyError as error:
        return _mistaken(request, _Asked(sent.kind, {sent.kind: sent.text}), error.problems)
    except Refusal as refused:
        again = _Asked(sent.kind, {sent.kind: sent.text})
        return await _checked(request, again, refused=detail_of(request, refused), status=status_of(refused.code))
    except AWAY as away:
        again = _Asked(sent.kind, {sent.kind: sent.text})
        words = detail_of(request, Problem("unavailable"))
        if isinstance(away, ProcessUnavailable):
            return await _checked(request, again, refused=words, status=503)
        raise
    item = loaded.draft.one
    version = await desk.version(item.policy.kind, item.policy.name, item.policy.version)
    if loaded.enactment is not None:
        await services.accesses.note(
            request,
            "policy_loaded",
            actor=viewer.actor,
            subject=f"{version.kind} {version.ref}"[:80],
            detail=item.summed,
        )
    return _seen("flash.policy_loaded", version)


def _seen(words: str, version: PolicyVersion) -> Response:
    response = see(f"/admin/policies/{version.kind}/{version.name}/{version.version}")
    flash(response, words, policy=version.ref)
    return response
