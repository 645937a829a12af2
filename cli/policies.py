"""``hongxiu policy`` and ``hongxiu calendar``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from cli.options import ExistingFile, ExistingFolder, Json, Lang
from operations import commands, terminal
from operations.commands import BAD_INPUT, DIFFERS

if TYPE_CHECKING:
    from operations.policies import Outcome

policy_app = typer.Typer(
    no_args_is_help=True,
    help="Check and load ladder, organisation, calendars and playbooks.",
    epilog="Example:  hongxiu policy check policies/nancheng",
)
calendar_app = typer.Typer(
    no_args_is_help=True,
    help="The working calendar.",
    epilog="Example:  hongxiu calendar publish policies/nancheng/calendar-2027.yaml",
)


@policy_app.command("check", epilog="Example:  hongxiu policy check policies/nancheng")
def policy_check(folder: ExistingFolder, as_json: Json = False, lang: Lang = "zh-CN") -> None:
    """Read a folder's policies and fit them together. A mistake is named by file, line and field (exit 2).

    Where a stack is running it is a dry run as well: what would change, what comes of it, what refuses it (exit 2).
    """
    from operations import policies
    from operations.showing import folder_table
    from services.policy_check import Offer
    from services.policy_folder import read_folder

    with commands.ending(lang):
        found = read_folder(folder)
        settings = commands.settings()
        if settings.database_url is not None:
            _show_outcome(asyncio.run(policies.hold_against(settings, Offer.of_folder(found))), as_json, lang)
            return
        policies.require_known_units(found)
        if as_json:
            terminal.print_json({"items": [policies.policy_json(policy) for policy in found.policies]})
        else:
            terminal.out().print(folder_table(found.policies, lang))


@policy_app.command("load", epilog="Example:  hongxiu policy load policies/nancheng")
def policy_load(folder: ExistingFolder, as_json: Json = False, lang: Lang = "zh-CN") -> None:
    """Check a folder's policies and bring what is new into force, all of it or nothing.

    What is open refuses what would strand it (exit 2). A policy older than the one in force is left out, and told
    (exit 1). Schedules, sittings ahead and open waits are then brought in line.
    """
    from operations import policies
    from services.policy_check import Offer
    from services.policy_folder import read_folder

    with commands.ending(lang):
        offer = Offer.of_folder(read_folder(folder))
        _show_outcome(asyncio.run(policies.bring_into_force(commands.settings(), offer)), as_json, lang)


@calendar_app.command("publish", epilog="Example:  hongxiu calendar publish policies/nancheng/calendar-2027.yaml")
def calendar_publish(file: ExistingFile, as_json: Json = False, lang: Lang = "zh-CN") -> None:
    """Bring a year's calendar into force: sittings ahead and open waits are dated by it."""
    from operations import policies
    from services.policy_check import Offer
    from services.policy_folder import read_file

    with commands.ending(lang):
        offer = Offer((read_file("calendar", file),))
        _show_outcome(asyncio.run(policies.bring_into_force(commands.settings(), offer)), as_json, lang)


def _show_outcome(outcome: Outcome, as_json: bool, lang: str) -> None:
    """Prints what became of an offer; exits by it."""
    from operations import policies
    from operations.showing import draft_table, effect_lines

    if as_json:
        terminal.print_json(policies.as_json(outcome, lang))
    else:
        terminal.out().print(draft_table(outcome.draft, lang))
        for line in effect_lines(outcome.draft.effects, lang):
            terminal.out().print(line, markup=False)
    for words in policies.good_news(outcome, lang):
        terminal.good(words)
    for words in policies.bad_news(outcome, lang):
        terminal.bad(words)
    if not outcome.as_wanted:
        raise typer.Exit(BAD_INPUT if outcome.draft.refusals else DIFFERS)
