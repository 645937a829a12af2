"""``hongxiu``: runs the stack or a part of it, and what an operator needs.

Exit codes: 0 all is well, 1 something is wrong or differs, 2 bad usage or input, 3 what it needs is not there.
"""

from __future__ import annotations

import typer

from cli import cases, notices, playbooks, policies, processes, recovery, running
from runtime import ending

app = typer.Typer(
    name="hongxiu",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example:  HONGXIU_REHEARSAL=1 hongxiu up",
    help="红绣匠 · A resident's issue climbs three tiers, with a deadline at each.\n\n"
    "Exit codes: 0 well, 1 something is wrong or differs, 2 bad usage or input, 3 what it needs is not there.",
)
app.add_typer(running.app)
app.add_typer(recovery.app)
app.add_typer(cases.case_app, name="case")
app.add_typer(processes.process_app, name="process")
app.add_typer(policies.policy_app, name="policy")
app.add_typer(policies.calendar_app, name="calendar")
app.add_typer(playbooks.playbook_app, name="playbook")
app.add_typer(notices.notices_app, name="notices")


def main() -> None:
    """The ``hongxiu`` program."""
    ending.run(lambda: app(prog_name="hongxiu"))
