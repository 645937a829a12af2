"""Plays the demo on a running stack in rehearsal: its cases through the sittings of a quarter, and the proof of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from demo.client import Api, NoAnswer, Refused
from demo.evidence import keep_papers, proof_of
from demo.holidays import publish_where_missing
from demo.played import DemoReport
from demo.playing import EVERY_EYE
from demo.rehearsal import QUARTER, Rehearsal
from demo.script import load
from operations import terminal
from runtime.settings import Settings

PAPERS = "demo-papers"
"""The folder in the stack's data."""


class NotThere(Exception):
    """What the demo plays on is not there; the message says how to bring it up."""


async def play_demo(
    settings: Settings, *, only: Iterable[str] = (), at_once: int = 8, language: str = "zh-CN"
) -> DemoReport:
    """Plays the cases with the keys ``only`` (all without, and then every sitting of a quarter), with a bar on stderr.

    Raises NotThere (no stack, or none in rehearsal), ValueError for a key that is none.
    """
    only = tuple(only)
    cases = load().only(only)
    api = Api(settings.public_url, language)
    try:
        await _require_rehearsal(settings, api)
        if not only:
            await publish_where_missing(settings, datetime.now(UTC) + QUARTER)
        with terminal.progress("演练" if not language.startswith("en") else "playing") as step:
            report = await Rehearsal(api, step, at_once, whole=not only).play(cases)
        assert settings.database_url is not None
        report.proof = await proof_of(settings.database_url, report.sittings)
        report.papers = settings.data / PAPERS
        upper = {it["id"] for it in report.organisation["communities"]} | {report.organisation["alliance"]["id"]}
        monthly = [it for it in report.sittings if it.rsplit("-", 2)[0] in upper]
        await keep_papers(api, report.papers, monthly)
        return report
    except NoAnswer as error:
        raise NotThere(f"the API stopped answering ({error}); see its log and start again") from None
    finally:
        await api.close()


async def _require_rehearsal(settings: Settings, api: Api) -> None:
    start = "HONGXIU_REHEARSAL=1 make up"
    if settings.database_url is None:
        raise NotThere(f"No stack runs on {settings.data}. Start one in another terminal: {start}")
    if not settings.rehearsal:
        raise NotThere(f"The stack is not in rehearsal: its time cannot be skipped. Stop it and start it so: {start}")
    if not await api.answers():
        raise NotThere(f"The API does not answer at {settings.public_url}. Start the stack: {start}")
    try:
        await api.get("/organisation", EVERY_EYE)
    except Refused as error:
        told = f"The sample accounts cannot sign in ({error})"
        raise NotThere(f"{told}. The demo needs an embedded stack: {start}") from None
