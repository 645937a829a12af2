"""Runs what looks at dates as if it were another day.

    python -m tests.days                  (each day below)
    python -m tests.days leap-day         (one of them)
    python -m tests.days --all            (everything that runs in a town: six times as long)
    python -m tests.days -- -k agenda     (what follows `--` goes to pytest)

Ends with 0 when every day is green. `make test NOW=…` runs everything on one day.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from domain.policy.calendar import SHANGHAI, CalendarYear, WorkingCalendar
from domain.policy.forum import Sitting, sittings
from domain.policy.ladder import Ladder
from domain.policy.organisation import Organisation
from domain.policy.policy_file import parse_policy
from domain.policy.rules import Rules
from tests.support.town import POLICIES, calendar

REPOSITORY = Path(__file__).parents[1]
DATED = tuple(
    f"tests/{name}"
    for name in (
        "api/test_lives.py",
        "api/test_sittings.py",
        "console/test_meeting_session.py",
        "console/test_meetings.py",
        "console/test_month.py",
        "console/test_periods.py",
        "engine/test_redating.py",
        "engine/test_scheduling.py",
        "engine/test_sitting_process.py",
    )
)
"""What asks for the town's next sitting, a working day or a month. Pure tests name their own instants."""
ALL = ("tests/api", "tests/engine", "tests/console", "tests/cli", "tests/demo")
"""Whatever runs in a town, with ``--all``."""
NOT_DATED = "not long and not browser and not property"
"""How a page looks, and how an input is refused, is no matter of the day."""


def days() -> dict[str, datetime]:
    """The instants (Shanghai) on which a suite that looked at the date would break."""
    meeting = _monthly_meeting()
    return {
        "drafting": meeting.drafts_at + (meeting.freezes_at - meeting.drafts_at) / 2,
        "freeze": meeting.freezes_at + (meeting.starts_at - meeting.freezes_at) / 2,
        "national-eve": _at("2031-09-30T09:30"),
        "year-end": _at("2031-12-31T09:30"),
        "february-end": _at("2031-02-28T09:30"),
        "leap-day": _at("2032-02-29T09:30"),
    }


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def _monthly_meeting() -> Sitting:
    """The first community's meeting of June."""
    ladder = parse_policy(Ladder, (POLICIES / "ladder.yaml").read_text("utf-8"), "ladder")
    organisation = parse_policy(Organisation, (POLICIES / "organisation.yaml").read_text("utf-8"), "organisation")
    years = tuple(parse_policy(CalendarYear, calendar(year), str(year)) for year in (2030, 2031, 2032))
    rules = Rules(ladder, organisation, WorkingCalendar.of(years))
    forum = rules.forums["laocheng"]
    return next(iter(sittings(forum, rules.calendar, _at("2031-06-01T00:00"), _at("2031-07-01T00:00"))))


def _run(now: datetime, args: list[str]) -> tuple[int, str, float]:
    """One day: pytest's exit code, its last line, the seconds."""
    began = time.monotonic()
    side_by_side = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-q", *side_by_side, "-m", NOT_DATED, *args]
    env = {**os.environ, "HONGXIU_TEST_NOW": now.isoformat()}
    ran = subprocess.Popen(command, cwd=REPOSITORY, env=env, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    lines = list(_told(ran))
    return ran.wait(), lines[-1] if lines else "", time.monotonic() - began


def _told(ran: subprocess.Popen[str]) -> Iterator[str]:
    assert ran.stdout is not None
    for line in ran.stdout:
        print(line, end="", flush=True)
        if line.strip():
            yield line.strip()


def main() -> int:
    """The command line; see the module."""
    named = days()
    asked, rest = _split(sys.argv[1:])
    parser = argparse.ArgumentParser(prog="python -m tests.days", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("day", nargs="*", metavar="DAY", help=", ".join(named), choices=[*named, []])
    parser.add_argument("--all", action="store_true", help="everything that runs in a town")
    given = parser.parse_args(asked)
    chosen, files = given.day or list(named), rest or list(ALL if given.all else DATED)
    outcomes = []
    for name in chosen:
        print(f"── {name}: {named[name].isoformat()}", flush=True)
        code, last, seconds = _run(named[name], files)
        outcomes.append((code, f"{name:<13} {named[name].isoformat(timespec='minutes')}  {seconds:4.0f} s  {last}"))
    print("── days")
    print("\n".join(line for _, line in outcomes))
    return 1 if any(code for code, _ in outcomes) else 0


def _split(args: list[str]) -> tuple[list[str], list[str]]:
    at = args.index("--") if "--" in args else len(args)
    return args[:at], args[at + 1 :]


if __name__ == "__main__":
    sys.exit(main())
