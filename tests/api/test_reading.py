"""Reading: who sees which cases, what of them, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stack import Caller, Stack
from tests.support.town import NOW, YEARS


def numbers(caller: Caller, **query: Any) -> list[str]:
    return [item["number"] for item in caller.get("/cases", **query).json()["items"]]


def test_a_case_just_opened_is_in_the_list_of_those_in_whose_scope_it_is(
    estate: Caller,
    other_estate: Caller,
    community: Caller,
    alliance: Caller,
    department: Caller,
    supervisor: Caller,
    admin: Caller,
) -> None:
    number = estate.open()["number"]
    for caller in (estate, community, alliance, supervisor, admin):
        assert numbers(caller)[0] == number
        assert caller.get(f"/cases/{number}").status_code == 200
    for caller in (other_estate, department):
        assert number not in numbers(caller, limit=200)
        assert caller.get(f"/cases/{number}").json()["code"] == "forbidden"
        assert caller.get(f"/cases/{number}/events").json()["code"] == "forbidden"
    alliance.decide(number, "plan", lead="urban", deliverable="更换曳引机", due_date=_soon(alliance, number))
    assert number in numbers(department)
    assert department.case(number)["allowed"] == [
        "contact",
        "answer",
        "complete",
        "extend",
        "object",
        "note",
    ]


def _soon(caller: Caller, number: str) -> str:
    return str(caller.case(number)["opened_at"])[:10]


def test_only_officers_read_the_residents_words(estate: Caller, supervisor: Caller, admin: Caller) -> None:
    number = estate.open()["number"]
    case = estate.case(number)
    assert case["reporter"]["name"] == "王秀兰"
    assert "13805301234" in case["description"]
    for caller in (supervisor, admin):
        seen = caller.case(number)
        assert (seen["description"], seen["reporter"], seen["location"]) == (None, None, None)
        assert seen["title"] == case["title"]
        assert "13805301234" not in caller.get(f"/cases/{number}/events").text
    assert "13805301234" in estate.get(f"/cases/{number}/events").text


def test_who_is_anonymous_is_not_named(estate: Caller) -> None:
    opened = estate.open(reporter={"name": "王秀兰", "phone": "13805301234", "anonymous": True})
    assert opened["reporter"] == {"name": None, "phone": None, "anonymous": True, "kind": "person"}


def test_lists_narrow_by_every_filter_and_page_by_cursor(estate: Caller, community: Caller) -> None:
    water = estate.open(category="water", title="地下室水管爆裂积水")["number"]
    lift = estate.open(title="电梯门夹人反复报警")["number"]
    estate.decide(lift, "contact", how="电话", outcome="已了解")
    found = {number: numbers(community, q=q) for number, q in ((water, "水管爆裂"), (lift, "夹人"))}
    assert all(number in listed for number, listed in found.items())
    assert lift in numbers(community, q=lift)
    assert water in numbers(community, category="water", stage="contact", estate="mudan-garden", open=True)
    assert water not in numbers(community, stage="check_in", limit=200)
    assert water not in numbers(community, overdue=True, limit=200)
    first = community.get("/cases", limit=1).json()
    second = community.get("/cases", limit=1, cursor=first["next_cursor"]).json()
    assert first["items"][0]["number"] > second["items"][0]["number"]


def test_a_case_is_told_in_the_callers_language(stack: Stack, estate: Caller) -> None:
    number = estate.open()["number"]
    estate.decide(number, "contact", how="电话", outcome="已了解")
    with stack.calling("estate-mudan-garden", "en") as english:
        told = english.case(number)
        event = english.get(f"/cases/{number}/events").json()["items"][0]
    chinese = estate.case(number)
    assert told["wait"]["reason"].startswith("a decision at Mudan Garden · weekly check-in")
    assert chinese["wait"]["reason"].startswith("等牡丹花园 · 每周碰头")
    assert (told["stage_name"], chinese["stage_name"]) == ("weekly check-in", "每周碰头")
    assert told["wait"]["sitting_id"] == chinese["wait"]["sitting_id"]
    assert event["label"] == "opened"


def test_a_case_links_to_its_other_pages(estate: Caller, stack: Stack) -> None:
    links = estate.open()["links"]
    number = links["self"].rpartition("/")[2]
    assert links["events"] == f"/api/v1/cases/{number}/events"
    assert links["temporal"].endswith(f"/namespaces/{stack.settings.temporal_namespace}/workflows/{number}")
    assert links["console"] == f"{stack.base}/cases/{number}"


def test_the_organisation_lists_communities_with_their_estates(estate: Caller) -> None:
    told = estate.get("/organisation").json()
    laocheng = next(one for one in told["communities"] if one["id"] == "laocheng")
    assert "mudan-garden" in {one["id"] for one in laocheng["estates"]}
    assert {one["code"] for one in told["departments"]} >= {"urban", "fire", "social"}
    assert [tier["stage"]["id"] for tier in told["tiers"]] == ["check_in", "community", "alliance"]


def test_forums_tell_their_sittings_by_the_working_calendar(estate: Caller) -> None:
    forums = {one["id"]: one for one in estate.get("/forums").json()["items"]}
    assert forums["nancheng"]["cadence"]["every"] == "month"
    year = NOW.year + (NOW.month > 9)
    (held,) = estate.get(f"/forums/laocheng/sittings?from={year}-10-01&to={year}-11-01").json()["items"]
    assert f"{year}-10-08T15:00" <= held["starts_at"] < f"{year}-10-12"  # National Day moved it
    assert estate.get(f"/sittings/{held['id']}").json() == held
    assert estate.get(f"/sittings/laocheng-{YEARS[-1] + 1}-03").json()["provisional"] is True


@pytest.mark.parametrize("path", ["/organisation", "/forums", "/playbooks", "/emergencies"])
def test_every_post_may_read_the_organisation(path: str, department: Caller, admin: Caller, nobody: Caller) -> None:
    for caller in (department, admin):
        assert caller.get(path).json().keys() >= ({"communities"} if path == "/organisation" else {"items"})
    assert nobody.get(path).json()["code"] == "unauthenticated"


def test_an_erased_resident_leaves_the_case_without_words(estate: Caller, nobody: Caller, stack: Stack) -> None:
    import psycopg

    opened = estate.open()
    number = opened["number"]
    estate.decide(number, "resolve", what_was_done="已修")
    with psycopg.connect(stack.settings.owner_database()) as connection:
        connection.execute(
            "UPDATE residents SET key = NULL, erased_at = now() "
            "WHERE id = (SELECT resident FROM cases WHERE number = %s)",
            (number,),
        )
    case = estate.case(number)
    assert (case["title"], case["description"], case["reporter"]) == (None, None, None)
    dispute = {"code": opened["code"], "kind": "dispute", "reason": "没修好"}
    assert nobody.post(f"/cases/{number}/word", dispute).json()["code"] == "erased"
    assert nobody.get(f"/cases/{number}/track", code=opened["code"]).json()["title"] is None
