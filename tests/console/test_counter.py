"""民情速递: officers take issues down for residents, within their scope, and print the slip."""

from __future__ import annotations

import re

import psycopg
import pytest

from console.words.residents import CONSENT_VERSION
from tests.support.console import Visitor, text_of
from tests.support.pictures import picture
from tests.support.stack import Caller, Stack


def filing(visitor: Visitor, **changes: str) -> dict[str, str]:
    key = re.findall(r'name="key" value="([0-9a-f]{32})"', visitor.get("/counter").text)[0]
    filled = {
        "key": key,
        "estate": "mudan-garden",
        "category": "lift",
        "title": "3号楼电梯异响",
        "description": "夜里响个不停",
        "channel": "counter",
        "severity": "high",
        "reporter.anonymous": "false",
        "reporter.name": "王秀兰",
        "reporter.phone": "13805301234",
        "location.address": "3号楼",
        "consent": CONSENT_VERSION,
        "emergency": "",
    }
    return {**filled, **changes}


def test_an_officer_takes_an_issue_down_and_prints_the_slip(
    estate: Visitor, officer: Caller, nobody: Visitor, stack: Stack
) -> None:
    answer = estate.upload("/counter", filing(estate), picture())
    assert answer.status_code == 303, text_of(answer.text)
    slip = estate.get(answer.headers["location"])
    number = answer.headers["location"].split("/")[2]
    code = re.findall(r'slip__code">([0-9A-Z]{8})<', slip.text)[0]
    assert number in slip.text
    assert 'class="qr"' in slip.text
    assert "王秀兰" not in slip.text
    assert slip.headers["cache-control"] == "no-store"
    case = officer.case(number)
    assert (case["channel"], case["severity"], case["reporter"]["name"], len(case["photos"])) == (
        "counter",
        "high",
        "王秀兰",
        1,
    )
    assert nobody.post("/r/follow", {"number": number, "code": code}).status_code == 303


def test_only_who_took_it_down_prints_the_slip_and_not_for_ever(
    estate: Visitor, community: Visitor, alliance: Visitor, supervisor: Visitor, nobody: Visitor, stack: Stack
) -> None:
    slip = estate.upload("/counter", filing(estate)).headers["location"]
    assert estate.get(slip).status_code == 200
    for other in (community, alliance, supervisor):
        assert other.get(slip).status_code == 403
    assert nobody.get(slip).status_code == 303
    number = slip.split("/")[2]
    with psycopg.connect(stack.settings.owner_database()) as connection:
        connection.execute(
            "UPDATE events SET occurred_at = occurred_at - interval '13 hours' WHERE stream = %s", (number,)
        )
    assert estate.get(slip).status_code == 403


def test_the_form_offers_what_is_in_scope(estate: Visitor, community: Visitor, alliance: Visitor) -> None:
    def offered(visitor: Visitor) -> set[str]:
        select = visitor.get("/counter").text.split('name="estate"')[1].split("</select>")[0]
        return set(re.findall(r'<option value="([a-z0-9-]+)"', select))

    assert offered(estate) == {"mudan-garden"}
    assert offered(community) == {"mudan-garden", "gulou-yuan", "caozhou-li", "xiguan-jiashu"}
    assert len(offered(alliance)) > 20
    assert '<option value="mudan-garden" selected>' in estate.get("/counter").text


@pytest.mark.parametrize("who", ["department", "supervisor", "admin"])
def test_who_is_no_officer_takes_nothing_down(who: str, request: pytest.FixtureRequest, estate: Visitor) -> None:
    visitor: Visitor = request.getfixturevalue(who)
    assert visitor.get("/counter").status_code == 403
    assert visitor.upload("/counter", filing(estate)).status_code == 403
    assert 'href="/counter"' not in visitor.get("/").text


def test_another_estates_issue_is_refused_on_the_form(other_estate: Visitor) -> None:
    answer = other_estate.upload("/counter", filing(other_estate))
    assert answer.status_code == 403
    assert "您的岗位无权" in answer.text
    assert "夜里响个不停" in answer.text


def test_an_emergency_is_the_alliances_to_begin(estate: Visitor, alliance: Visitor, officer: Caller) -> None:
    assert 'name="emergency"' not in estate.get("/counter").text
    page = alliance.get("/counter").text
    assert 'name="emergency" value="lift_entrapment"' in page
    assert estate.upload("/counter", filing(estate, emergency="lift_entrapment")).status_code == 403
    answer = alliance.upload("/counter", filing(alliance, emergency="lift_entrapment"))
    assert answer.status_code == 303, text_of(answer.text)
    assert officer.case(answer.headers["location"].split("/")[2])["stage"] == "joint_response"


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(estate: Visitor) -> None:
    for name, value in (("title", "请打13805301234"), ("description", ""), ("category", ""), ("channel", "pigeon")):
        answer = estate.upload("/counter", filing(estate, **{name: value}), picture())
        assert answer.status_code == 422
        assert "请重新选择照片" in answer.text
        for typed in ("王秀兰", "13805301234", "3号楼"):
            assert typed in answer.text


def test_of_somebody_anonymous_neither_name_nor_number_is_kept(estate: Visitor, officer: Caller) -> None:
    answer = estate.upload("/counter", filing(estate, **{"reporter.anonymous": "true"}))
    case = officer.case(answer.headers["location"].split("/")[2])
    assert case["reporter"] == {"name": None, "phone": None, "anonymous": True, "kind": "person"}


def test_a_form_sent_twice_is_one_case(estate: Visitor) -> None:
    fields = filing(estate)
    first, second = estate.upload("/counter", fields), estate.upload("/counter", fields)
    assert first.headers["location"] == second.headers["location"]
