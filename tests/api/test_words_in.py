"""Words and numbers that come in through the API, as keyboards, spreadsheets and other programs write them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stack import Caller, issue


def _errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(one["field"], one["code"]) for one in answer.json()["errors"]]


@pytest.mark.parametrize("odd", ["\uffff", "\ufffe", "\x9b"])
@pytest.mark.parametrize("field", ["title", "description"])
def test_what_nothing_can_write_down_is_refused(estate: Caller, field: str, odd: str) -> None:
    answer = estate.post("/cases", issue(**{field: f"标题{odd}尾"}))
    assert _errors(answer) == [(field, "unprintable_text")]


@pytest.mark.parametrize("unseen", ["\u200b", "\u3164", "\u2060", "\ufeff"])
def test_a_title_that_nobody_can_see_is_empty(estate: Caller, unseen: str) -> None:
    assert _errors(estate.post("/cases", issue(title=unseen))) == [("title", "string_too_short")]


def test_lines_of_any_program_are_taken(estate: Caller) -> None:
    case = estate.open(title="\u202e３号楼\u202c水管\u200b", description="第一行\r\n第二行\r第三行")
    assert (case["title"], case["description"]) == ("３号楼水管", "第一行\n第二行\n第三行")
    estate.decide(case["number"], "note", text="已到\r\n现场")
    assert r"已到\n现场" in estate.get(f"/cases/{case['number']}/events").text


@pytest.mark.parametrize(
    "text", ["05305550123", "+86-530-5550123", "138\u200b0013\u200b8000", "137,1234,0001", "110105\u200b19491231002X"]
)
def test_a_number_is_refused_however_it_is_hidden(estate: Caller, text: str) -> None:
    assert _errors(estate.post("/cases", issue(title=f"请联系{text}"))) == [("title", "personal_data")]


@pytest.mark.parametrize("text", ["1 3 5 7 9 11 13 15号楼今晚停水检修", "电梯设备SN13805301234", "400 1380 0138 000"])
def test_houses_serial_numbers_and_service_lines_are_taken(estate: Caller, text: str) -> None:
    assert estate.open(title=text)["title"] == text


def test_a_case_is_found_however_its_title_and_number_are_typed(estate: Caller) -> None:
    number = estate.open(title="７７号楼（北）水表")["number"]
    serial = number.removeprefix("NC-")
    for q in ("77号楼", "７７号楼", "(北)水表", "77号楼 水表", "77号楼北水表"):
        assert [one["number"] for one in estate.get("/cases", q=q).json()["items"]] == [number], q
    for q in (number, number.lower(), number.replace("-", ""), number.replace("-", " "), f"ＮＣ－{serial}"):
        assert [one["number"] for one in estate.get("/cases", q=q).json()["items"]] == [number], q
        assert estate.get(f"/cases/{q}").json()["number"] == number


def test_a_case_is_found_by_its_short_number(estate: Caller) -> None:
    number = estate.open()["number"]
    _, year, serial = number.split("-")
    for q in (serial, f"{year}-{serial}", f"{year}{serial}", f"#{serial}"):
        assert [one["number"] for one in estate.get("/cases", q=q).json()["items"]] == [number], q


def test_a_code_written_otherwise_is_no_guess(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    code, number = opened["code"], opened["number"]
    for typed in (
        f"{code[:4]} {code[4:]}",
        f"{code[:4]}-{code[4:]}".lower(),
        "".join(chr(ord(c) + 0xFEE0) for c in code),
    ):
        for _ in range(4):
            assert nobody.get(f"/cases/{number.replace('-', '')}/track", code=typed).json()["number"] == number


def test_a_duplicate_is_named_by_its_short_number(estate: Caller) -> None:
    first, second = estate.open()["number"], estate.open()["number"]
    estate.decide(second, "duplicate", of=first.rpartition("-")[2])
    assert estate.case(second)["duplicate_of"] == first
    own = estate.post(f"/cases/{first}/decisions", {"kind": "duplicate", "of": first.rpartition("-")[2]}).json()
    assert own["code"] == "duplicate_of_itself"


@pytest.mark.parametrize("name", ["alliance ", "Alliance", "ＡＬＬＩＡＮＣＥ", "\u3000alliance\u200b"])
def test_an_accounts_name_is_taken_however_it_is_typed(nobody: Caller, name: str) -> None:
    answer = nobody.post("/token", {"username": name, "password": "nancheng"})
    assert answer.status_code == 200, answer.text


def test_a_wrong_password_counts_for_the_account_however_its_name_is_typed(nobody: Caller) -> None:
    names = ["Nobody.here", "nobody.here", "NOBODY.HERE", "nobody.here ", "ｎobody.here"]
    answers = [nobody.post("/token", {"username": names[n % 5], "password": "x"}) for n in range(9)]
    assert [answer.status_code for answer in answers] == [401] * 8 + [429]


def test_the_organisations_own_table_is_taken_back(admin: Caller) -> None:
    table = admin.get("/admin/organisation/units.csv").text
    assert "\r\n" in table
    answer = admin.post("/admin/policies/check", {"kind": "organisation", "files": {"units.csv": table}})
    assert answer.status_code == 200, answer.text
    odd = table.replace("牡丹花园", "牡丹\uffff花园")
    assert admin.post("/admin/policies/check", {"kind": "organisation", "files": {"units.csv": odd}}).status_code == 422
