"""A holiday for the rehearsal: where the quarter reaches into a year whose calendar is not published, one of its own.

Which days are off is the State Council's to say. Until it has, no sitting of that year can be seen to move for a
holiday; so the demo publishes a calendar that says what it is, on the rehearsal's stack only.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from demo.client import Json
from domain.policy.calendar import SHANGHAI
from domain.policy.policy_set import read_policy
from operations import connections
from operations.policies import bring_into_force
from runtime.settings import Settings
from services.policy_check import Offer
from store.policies import Policies

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NOTICE = "演练用，非正式放假安排"
_NAME = '{zh: 元旦（演练）, en: "New Year\'s Day (rehearsal)"}'


async def publish_where_missing(settings: Settings, until: datetime) -> bool:
    """Publishes the year of ``until`` with three days off at its start, if nobody has; whether it did.

    Sittings and cases that there are move as they do for any calendar. Where a meeting that is in session would, in the
    first days of that year, there is no holiday. Raises StoreUnavailable, TemporalUnavailable.
    """
    year = until.astimezone(SHANGHAI).year
    async with connections.opened(settings.database()) as pool:
        if await Policies(pool).in_place("calendar", str(year)) is not None:
            return False
    calendar = read_policy("calendar", _calendar(year), f"calendar-{year}.yaml")
    return (await bring_into_force(settings, Offer((calendar,)))).loaded


def _calendar(year: int) -> str:
    """Three days off from New Year's Day, and a Sunday worked for them."""
    days = [(date(year, 1, day), "off") for day in (1, 2, 3)]
    sunday = date(year, 1, 4) + timedelta(days=(6 - date(year, 1, 4).weekday()) % 7)
    days.append((sunday, "workday"))
    lines = [f"  - {{date: {day}, kind: {kind}, name: {_NAME}, notice: {_NOTICE}}}" for day, kind in days]
    return "\n".join([f"version: rehearsal\nyear: {year}\ndays:", *lines, ""])


def is_shifted(forum: Json, sitting: Json) -> bool:
    """Whether a holiday holds a sitting on another weekday than its forum's; not one that an officer has moved."""
    held = datetime.fromisoformat(sitting["starts_at"]).astimezone(SHANGHAI)
    return not sitting["sequence"] and _WEEKDAYS[held.weekday()] != forum["cadence"]["weekday"]
