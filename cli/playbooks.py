"""``hongxiu playbook``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json, Lang, PolicyFolder
from operations import commands, terminal
from operations.commands import BAD_INPUT, Failed

if TYPE_CHECKING:
    pass

playbook_app = typer.Typer(
    no_args_is_help=True,
    help="Check and draw the playbooks of emergencies.",
    epilog="Example:  hongxiu playbook draw lift_entrapment --out lift.svg",
)


@playbook_app.command("check", epilog="Example:  hongxiu playbook check policies/nancheng")
def playbook_check(folder: PolicyFolder = None, as_json: Json = False, lang: Lang = "zh-CN") -> None:
    """Read a folder's playbooks and fit them to its organisation and ladder. Every mistake is shown (exit 2)."""
    from domain.policy.policy_file import PolicyError
    from operations import playbooks

    with commands.ending(lang):
        try:
            found = playbooks.read_folder(folder or commands.settings(attach=False).policies)
        except PolicyError as error:
            if as_json:
                told = [{**asdict(one), "message": one.message.in_(lang)} for one in error.problems]
                terminal.print_json({"problems": told})
            else:
                terminal.out().print(playbooks.problem_table(error.problems, lang))
            raise Failed(f"{len(error.problems)} problem(s)", BAD_INPUT) from None
        if as_json:
            terminal.print_json({"items": playbooks.as_json(found)})
            return
        terminal.out().print(playbooks.overview(found, lang))


@playbook_app.command("draw", epilog="Example:  hongxiu playbook draw property_withdrawal --out withdrawal.svg")
def playbook_draw(
    kind: Annotated[str, typer.Argument(help="A playbook's kind, as lift_entrapment.")],
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="Also draw it: an SVG file.")] = None,
    folder: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A folder of policies; else the stack's own.")
    ] = None,
    lang: Lang = "zh-CN",
) -> None:
    """A playbook's timeline as a table, and with --out as a picture: a lane for each party, from T0 to the cap."""
    from operations import playbooks

    with commands.ending(lang):
        found = playbooks.read_folder(folder or commands.settings(attach=False).policies)
        playbook = found.playbook(kind)
        terminal.out().print(playbooks.timeline_table(found, playbook, lang))
        for line in playbooks.facts(playbook, lang):
            terminal.out().print(line, markup=False)
        if out is not None:
            _write(out, found.picture(playbook, lang))


def _write(file: Path, content: str) -> None:
    try:
        file.write_text(content, "utf-8")
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}", BAD_INPUT) from None
    terminal.good(f"{file} is drawn")
