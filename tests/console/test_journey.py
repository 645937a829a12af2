"""One issue all the way, in a real browser: a resident with a telephone, the estate, the community's meeting, the
department, and the resident again, who is not content the first time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date

import pytest
from playwright.sync_api import expect

from domain.words.dates import full_day
from tests.console.test_residents_in_a_browser import raises
from tests.support.browser import PHONE, Browsing, Look, to_the_session
from tests.support.meetings import Meeting, sitting_of, until
from tests.support.stack import Caller, Stack

ESTATE, COMMUNITY = "guangfu-huating", "guangfu"
STORY = [
    "case_opened",
    "resident_contacted",
    "case_escalated",
    "answer_given",
    "plan_made",
    "plan_completed",
    "outcome_disputed",
    "case_resolved",
    "outcome_confirmed",
]


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


@pytest.fixture(scope="module")
def chief(stack: Stack) -> Iterator[Caller]:
    """The alliance's officer at the API, who moves clocks and reads how the case stands."""
    with stack.calling("alliance") as caller:
        yield caller


def decides(look: Look, number: str, kind: str, **fields: str) -> None:
    """Takes a decision by its form on the case's page, which says afterwards that it is taken."""
    page = look.go(f"/cases/{number}?decide={kind}")
    for name, value in fields.items():
        page.locator(f"#f-{kind}-{name}").fill(value)
    page.locator(f"#decide-{kind} .button--primary").click()
    expect(page.get_by_role("status")).to_contain_text("已办理")


@pytest.mark.long
def test_an_issue_goes_from_the_residents_telephone_through_a_meeting_and_a_dispute_to_its_end(
    browsing: Browsing, chief: Caller
) -> None:
    with ExitStack() as opened:
        resident = opened.enter_context(browsing.look(size=PHONE))
        estate, community, department = (
            opened.enter_context(browsing.look(who))
            for who in (f"estate-{ESTATE}", f"community-{COMMUNITY}", "dept-urban")
        )

        # The resident raises it; the estate's officer calls back, and brings it before the community.
        number = raises(resident, estate=ESTATE).url.split("/")[-2]
        decides(estate, number, "contact", how="电话", outcome="已约周三看现场")
        decides(estate, number, "escalate", reason="须动用维修资金，小区无法落实")
        told = resident.go(f"/r/{number}")
        expect(told.locator(".stairs [aria-current=step]")).to_contain_text("社区")
        decides(community, number, "answer", text="已列入社区月度会议，会后三天内告知结果")
        expect(resident.go(f"/r/{number}").locator("[aria-labelledby=stands]")).to_contain_text("会后三天内告知结果")

        # The community's meeting has a department do it.
        meeting = Meeting(chief, sitting_of(chief, number))
        meeting.pass_to("drafts_at")
        until(lambda: meeting.read()["links"]["agenda"] is not None)
        to_the_session(community, meeting)
        page = community.go(f"/sittings/{meeting.id}/meeting/{number}?decide=plan")
        page.get_by_label("牵头单位").select_option("urban")
        page.get_by_label("办理内容").fill("更换曳引机并通过检测")
        due = full_day(date.fromisoformat(page.get_by_label("完成期限").input_value()), "zh-CN")
        page.get_by_role("button", name="记录决定").click()
        page.wait_for_url(f"**after={number}")
        expect(page.locator(".before")).to_contain_text("制定方案")
        told = resident.go(f"/r/{number}")
        for words in ("更换曳引机并通过检测", "城建", due):
            expect(told.locator("[aria-labelledby=stands]")).to_contain_text(words)

        # The department has done it; the resident is not content, and it comes back to who decided it.
        decides(department, number, "complete", what_was_done="已更换曳引机，检测合格")
        told = resident.go(f"/r/{number}")
        expect(told.locator(".answer__done")).to_have_text("已更换曳引机，检测合格")
        told.locator("[name=reason]").first.fill("当晚又停在四楼")
        told.get_by_role("button", name="要求重办").click()
        expect(told.get_by_role("status").first).to_have_text("已记下，将重办。")
        assert chief.case(number)["stage"] == "community"

        # It is done again, and the resident confirms.
        decides(community, number, "resolve", what_was_done="调换门机并连续试运行三天，未再停梯")
        told = resident.go(f"/r/{number}")
        expect(told.locator(".answer__done")).to_have_text("调换门机并连续试运行三天，未再停梯")
        told.locator("label:has([name=stars][value='5'])").click()
        told.get_by_role("button", name="确认解决").click()
        expect(told.locator(".outcome")).to_contain_text("已解决")
        resident.must_be_sound()

        community.go(f"/cases/{number}")
        expect(community.page.locator("#part-head .wait")).to_contain_text("已解决")
        community.must_be_sound()
        assert not [said for look in (estate, department) for said in look.complaints]
    assert chief.case(number)["closed_as"] == "settled"
    assert chief.types(number) == STORY
