"""Options and arguments that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    pass

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Lang = Annotated[str, typer.Option("--lang", envvar="HONGXIU_LANG", help="Language of what is printed: zh-CN or en.")]
CaseNumber = Annotated[str, typer.Argument(help="A case's number, as NC-2026-000012.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ExistingFolder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder of policies.")]
ExistingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A calendar's YAML file.")]
PolicyFolder = Annotated[
    Path | None,
    typer.Argument(exists=True, file_okay=False, help="A folder of policies; without it, the stack's own."),
]
