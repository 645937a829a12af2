"""``hongxiu notices``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json, Lang
from operations import commands, terminal
from operations.commands import DIFFERS

if TYPE_CHECKING:
    from operations.notices import Resent

notices_app = typer.Typer(
    no_args_is_help=True, help="Notices to members.", epilog="Example:  hongxiu notices resend --unit laocheng"
)


@notices_app.command("resend", epilog="Example:  hongxiu notices resend --unit laocheng --days 3")
def notices_resend(
    unit: Annotated[str | None, typer.Option(help="Only this unit's or department's.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Only those of the last days.")] = 7,
    as_json: Json = False,
    lang: Lang = "zh-CN",
) -> None:
    """Send notices again that an address did not take, to those addresses. Run it with the workers' environment."""

    async def again() -> Resent:
        from operations.connections import opened
        from operations.notices import resend

        async with opened(commands.settings().database()) as pool:
            return await resend(pool, commands.settings(), days=days, unit=unit)

    resent = commands.run(again(), lang)
    if as_json:
        terminal.print_json({"sent": [it.id for it in resent.sent], "failed": [it.id for it in resent.failed]})
    else:
        terminal.good(f"{len(resent.sent)} sent")
        for notice in resent.failed:
            terminal.bad(f"{notice.id}: {notice.failure}")
    if resent.failed:
        raise typer.Exit(DIFFERS)
