"""What the residents' form and the counter's have in common: a form with photographs, and what can be chosen in it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

import segno
from fastapi import Request
from markupsafe import Markup
from pydantic import StringConstraints
from starlette.responses import Response

from api.edge.accesses import address_of
from api.edge.bodies import form_fields, is_form
from api.edge.multipart import Part, parts
from api.edge.problems import detail_of
from api.process import Services, services_of
from console.frame.flashes import flash
from domain.case import MOST_PHOTOS
from domain.errors import Refusal
from domain.permission import Actor
from domain.policy.rules import Rules
from domain.words.names import Names
from services.problems import Problem
from services.redrawing import MOST_BYTES
from store.errors import StoreUnavailable
from store.photos import NewPhoto
from store.rulebook import NoRules
from workflows.client import ProcessUnavailable

AWAY = (ProcessUnavailable, StoreUnavailable, NoRules)
"""What a form is told of as "unavailable", so that nothing that was typed is lost."""

LOCATING = {"permissions-policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"}
"""The headers of a page that can ask a telephone where it is."""

FormKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""A form's own key: sent twice, it is the same request."""


def new_key() -> str:
    """A key for a form that is shown."""
    return secrets.token_hex(16)


@dataclass
class Filed:
    """A form with files, as it came: its fields, the photographs in it, and what was wrong with the others."""

    fields: list[tuple[str, str]]
    photos: list[NewPhoto] = field(default_factory=list)
    refused: list[Problem | Refusal] = field(default_factory=list)

    @property
    def with_photos(self) -> bool:
        """Whether somebody chose any."""
        return bool(self.photos or self.refused)


async def filed(request: Request) -> Filed:
    """Reads a form with files. A file that is no photograph does not keep the rest from being read.

    Raises Problem ``bad_form``, ``too_many_requests``.
    """
    if is_form(request):
        return Filed(await form_fields(request))
    services, found = services_of(request), Filed([])
    async for part in parts(request, file_bytes=MOST_BYTES):
        if not part.is_file:
            found.fields.append((part.name, part.text))
        elif part.data or part.too_long:  # an empty one is a field in which nothing was chosen
            if not found.with_photos:
                services.limits.photograph(address_of(request))
            await _take(services, found, part)
    return found


async def _take(services: Services, found: Filed, part: Part) -> None:
    if len(found.photos) == MOST_PHOTOS:
        found.refused.append(Refusal("too_many_photos", limit=MOST_PHOTOS, there=0))
        return
    try:
        found.photos.append(await services.pictures.of_upload(part))
    except Problem as problem:
        found.refused.append(problem)


async def keep_photos(request: Request, response: Response, number: str, actor: Actor, sent: Filed) -> None:
    """Adds a form's photographs to the case that it opened. The case is open whatever becomes of them: the next page
    says so, and they can be sent again there."""
    refused = list(sent.refused)
    if sent.photos:
        try:
            await services_of(request).photographs.add(number, actor, sent.photos)
        except (Problem, Refusal) as problem:
            refused.append(problem)
        except AWAY:
            refused.append(Problem("unavailable"))
    if refused:
        flash(response, "flash.photos_left_out", bad=True, why=detail_of(request, refused[0]))


def estates_of(
    rules: Rules, language: str, covered: Callable[[str], bool] = lambda _: True
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The estates that can be chosen, in groups by community."""
    groups: dict[str, list[tuple[str, str]]] = {}
    organisation = rules.organisation
    for estate in organisation.units_at(organisation.tiers[-1]):
        if covered(estate.id):
            above = [unit for unit in organisation.lineage(estate.id) if unit.id != estate.id]
            community = above[0].name.in_(language) if above else ""
            groups.setdefault(community, []).append((estate.id, estate.name.in_(language)))
    return list(groups.items())


def categories_of(rules: Rules, language: str) -> list[tuple[str, str]]:
    """The categories that can be chosen."""
    return [(one.id, one.name.in_(language)) for one in rules.organisation.categories]


def derived_title(rules: Rules, estate: str, category: str) -> str:
    """What an issue is called that its resident has not named: nothing that they wrote. Raises Refusal."""
    organisation, language = rules.organisation, rules.ladder.language
    names = Names(rules, language)
    what, where = names.category(organisation.category(category).id), names.unit(organisation.estate(estate).id)
    return f"{what} ({where})" if language.startswith("en") else f"{what}问题（{where}）"


def follow_address(services: Services, number: str) -> str:
    """Where a case is followed, as its QR code has it. Number and code are behind the #: no browser sends that part,
    so that no log and no other site sees it; the page's script reads it and sends it in a form."""
    return f"{services.settings.public_url}/r#{number}.{services.casework.code(number)}"


def qr(address: str) -> Markup:
    """A QR code as a picture in the page."""
    code = segno.make_qr(address, error="m")
    return Markup(code.svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None))
