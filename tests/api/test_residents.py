"""What a resident sees and says, by number and code."""

from __future__ import annotations

import json

from tests.support.stack import Caller, Stack


def test_the_resident_follows_the_case_in_plain_words(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    seen = nobody.get(f"/cases/{opened['number']}/track", code=opened["code"].lower()).json()
    assert (seen["stage"], seen["next"]["what"], seen["you_may"]) == ("实时对接", "等小区首次联系居民", ["withdraw"])


def test_a_wrong_code_and_an_unknown_number_are_told_alike(estate: Caller, nobody: Caller) -> None:
    number = estate.open()["number"]
    wrong = nobody.get(f"/cases/{number}/track", code="AAAAAAAA")
    unknown = nobody.get("/cases/NC-2026-999999/track", code="AAAAAAAA")
    assert (wrong.status_code, wrong.json()["code"]) == (404, "unknown_case")
    assert {**wrong.json(), "instance": "", "params": {}} == {**unknown.json(), "instance": "", "params": {}}


def test_guessing_codes_is_slowed_down(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    path = f"/cases/{opened['number']}/track"
    answers = [nobody.get(path, code=f"WRONG{guess}") for guess in range(9)]
    assert [answer.status_code for answer in answers] == [404] * 8 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert nobody.get(path, code=opened["code"]).json()["code"] == "too_many_attempts"


def test_the_resident_hears_why_and_where_but_not_by_whom(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    number = opened["number"]
    estate.decide(number, "note", text="内部备注：与物业经理沟通")
    estate.decide(number, "refer", to_whom="区住建局", reference="住建〔2026〕12号", reason="属专项维修资金事项")
    seen = nobody.get(f"/cases/{number}/track", code=opened["code"])
    assert seen.json()["closed"]["where"] == "区住建局"
    assert seen.json()["closed"]["why"] == "属专项维修资金事项"
    assert "内部备注" not in seen.text
    assert "estate-mudan-garden" not in seen.text


def test_confirm_needs_stars_and_dispute_a_reason(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    path = f"/cases/{opened['number']}/word"
    estate.decide(opened["number"], "resolve", what_was_done="已修")
    for body, code in (
        ({"kind": "confirm"}, "invalid"),
        ({"kind": "confirm", "stars": 6}, "invalid"),
        ({"kind": "withdraw", "stars": 3}, "invalid"),
        ({"kind": "dispute"}, "reason_required"),
    ):
        assert nobody.post(path, {"code": opened["code"], **body}).json()["code"] == code


def test_a_word_that_comes_twice_counts_once(estate: Caller, nobody: Caller, stack: Stack) -> None:
    opened = estate.open()
    number = opened["number"]
    estate.decide(number, "resolve", what_was_done="已修")
    word = {"code": opened["code"], "kind": "dispute", "reason": "没修好"}
    for _ in range(2):
        assert nobody.post(f"/cases/{number}/word", word, idempotency_key="one-word").status_code == 200
    assert stack.logged(number)[0] == 3


def test_the_resident_withdraws_at_any_open_stage(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    word = {"code": opened["code"], "kind": "withdraw", "reason": "邻居已自行解决"}
    assert nobody.post(f"/cases/{opened['number']}/word", word).json()["closed"]["kind"] == "withdrawn"
    again = nobody.post(f"/cases/{opened['number']}/word", word)
    assert (again.status_code, again.json()["code"]) == (409, "not_allowed_now")


def test_what_the_resident_says_is_nowhere_in_clear(estate: Caller, nobody: Caller, stack: Stack) -> None:
    import psycopg

    opened = estate.open()
    number = opened["number"]
    estate.decide(number, "resolve", what_was_done="已修")
    said = "明明没修好，找我13677778888"
    nobody.post(f"/cases/{number}/word", {"code": opened["code"], "kind": "dispute", "reason": said})
    with psycopg.connect(stack.settings.owner_database()) as connection:
        rows = connection.execute("SELECT data FROM events WHERE stream = %s", (number,)).fetchall()
    kept = json.dumps([row[0] for row in rows], ensure_ascii=False)
    for secret in ("13677778888", "13805301234", "王秀兰", "没修好"):
        assert secret not in kept
    for log in (stack.api.log_file, stack.worker.log_file):
        text = log.read_text("utf-8")
        assert "13677778888" not in text
        assert "13805301234" not in text
        assert opened["code"] not in text
