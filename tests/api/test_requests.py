"""What a request may be: idempotent, on one version, well-formed; and what it leaves behind when it is not."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest

from tests.support.stack import PATIENCE, Caller, Stack, issue


def test_the_same_key_and_body_gives_the_first_answer_again(estate: Caller) -> None:
    key = str(uuid.uuid4())
    first = estate.post("/cases", issue(), idempotency_key=key)
    number = first.json()["number"]
    estate.decide(number, "note", text="之后的事")
    again = estate.post("/cases", issue(), idempotency_key=key)
    assert (again.status_code, again.json(), again.headers["etag"]) == (201, first.json(), first.headers["etag"])
    body = {"kind": "contact", "how": "电话", "outcome": "已了解"}
    decided = estate.post(f"/cases/{number}/decisions", body, idempotency_key=key)
    estate.decide(number, "note", text="再之后的事")
    repeated = estate.post(f"/cases/{number}/decisions", body, idempotency_key=key, if_match='"1"')
    assert (repeated.status_code, repeated.json()) == (200, decided.json())
    assert estate.types(number).count("resident_contacted") == 1


def test_many_at_once_with_one_key_are_one(estate: Caller, stack: Stack) -> None:
    key = str(uuid.uuid4())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: estate.post("/cases", issue(), idempotency_key=key), range(8)))
        assert {answer.status_code for answer in answers} == {201}
        (number,) = {answer.json()["number"] for answer in answers}
        body = {"kind": "note", "text": "一次"}
        path = f"/cases/{number}/decisions"
        decided = list(pool.map(lambda _: estate.post(path, body, idempotency_key=key), range(8)))
    assert {answer.status_code for answer in decided} == {200}
    assert stack.logged(number)[0] == 2


def test_another_body_with_the_same_key_is_refused(estate: Caller) -> None:
    key, other_key = str(uuid.uuid4()), str(uuid.uuid4())
    number = estate.open(key=key)["number"]
    refused = estate.post("/cases", issue(title="另一件事"), idempotency_key=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_mismatch")
    path = f"/cases/{number}/decisions"
    estate.post(path, {"kind": "note", "text": "一"}, idempotency_key=other_key)
    refused = estate.post(path, {"kind": "note", "text": "二"}, idempotency_key=other_key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_mismatch")
    elsewhere = estate.open()["number"]
    refused = estate.post(f"/cases/{elsewhere}/decisions", {"kind": "note", "text": "一"}, idempotency_key=other_key)
    assert refused.json()["code"] == "idempotency_mismatch"


def test_two_officers_may_use_the_same_key(estate: Caller, community: Caller) -> None:
    key = str(uuid.uuid4())
    number = estate.open()["number"]
    for officer in (estate, community):
        answer = officer.post(f"/cases/{number}/decisions", {"kind": "note", "text": "记"}, idempotency_key=key)
        assert answer.status_code == 200
    assert estate.types(number).count("note_added") == 2


def test_a_decision_holds_only_for_the_version_in_if_match(estate: Caller) -> None:
    number = estate.open()["number"]
    path, body = f"/cases/{number}/decisions", {"kind": "note", "text": "记"}
    for given in ('"1"', 'W/"2"', "*"):
        assert estate.post(path, body, if_match=given).status_code == 200
    stale = estate.post(path, body, if_match='"1"')
    assert (stale.status_code, stale.json()["code"], stale.json()["params"]["current"]) == (412, "version_conflict", 4)
    assert estate.post(path, body, if_match="five").json()["code"] == "bad_if_match"


def test_if_none_match_spares_an_unchanged_case(estate: Caller) -> None:
    number = estate.open()["number"]
    tag = estate.get(f"/cases/{number}").headers["etag"]
    assert estate.get(f"/cases/{number}", {"if-none-match": tag}).status_code == 304
    estate.decide(number, "note", text="变了")
    assert estate.get(f"/cases/{number}", {"if-none-match": tag}).status_code == 200


def test_an_erasure_is_a_change_to_who_has_the_case_already(estate: Caller, stack: Stack) -> None:
    number = estate.open()["number"]
    tag = estate.get(f"/cases/{number}").headers["etag"]
    with psycopg.connect(stack.settings.owner_database()) as connection:
        connection.execute(
            "UPDATE residents SET key = NULL, erased_at = now() "
            "WHERE id = (SELECT resident FROM cases WHERE number = %s)",
            (number,),
        )
    erased = estate.get(f"/cases/{number}", {"if-none-match": tag})
    assert erased.status_code == 200
    assert "王秀兰" not in erased.text
    again = erased.headers["etag"]
    assert estate.get(f"/cases/{number}", {"if-none-match": again}).status_code == 304
    note = {"kind": "note", "text": "已清除"}
    assert estate.post(f"/cases/{number}/decisions", note, if_match=again).status_code == 200


def test_what_is_somebodys_is_kept_by_no_cache(estate: Caller, community: Caller) -> None:
    number = estate.open()["number"]
    sitting = community.get("/forums/laocheng/sittings").json()["items"][0]["id"]
    for path in (
        "/cases",
        f"/cases/{number}",
        f"/cases/{number}/events",
        "/emergencies",
        "/notices",
        "/nothing-here",
        "/forums/laocheng/sittings",
        f"/sittings/{sitting}",
    ):
        answer = community.get(path)
        assert answer.headers["cache-control"] == "no-store", path
    unchanged = estate.get(f"/cases/{number}", {"if-none-match": estate.get(f"/cases/{number}").headers["etag"]})
    assert (unchanged.status_code, unchanged.headers["cache-control"]) == (304, "no-store")


def test_head_is_answered_as_get(estate: Caller, nobody: Caller, stack: Stack) -> None:
    number = estate.open()["number"]
    with httpx.Client(base_url=stack.base, trust_env=False, headers=estate.headers, timeout=PATIENCE) as http:
        for path in (
            "/",
            "/sign-in",
            "/healthz",
            "/docs",
            "/openapi.json",
            "/static/hongxiu.css",
            f"/cases/{number}",
            "/cases/export.csv",
            "/api/v1/cases",
            f"/api/v1/cases/{number}",
            "/api/v1/nothing-here",
            "/api/v1/token",
        ):
            head, get = http.head(path), http.get(path)
            assert (head.status_code, head.content) == (get.status_code, b""), path
            for name in ("content-type", "content-length", "etag", "cache-control"):
                assert head.headers.get(name) == get.headers.get(name), (path, name)
        stream = http.head("/api/v1/stream")
        assert (stream.status_code, stream.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert http.get("/healthz").status_code == 200  # the connection is not left with half an answer


def test_of_many_unknown_fields_some_are_named_and_the_others_counted(nobody: Caller, estate: Caller) -> None:
    many = {f"k{n}": 1 for n in range(18_000)}
    for caller, path in ((nobody, "/token"), (estate, "/cases")):
        answer = caller.post(path, many)
        assert (answer.status_code, answer.json()["code"], len(answer.json()["errors"])) == (422, "invalid", 101)
        assert len(answer.content) < 20_000
    told = estate.post("/cases", {**many, **issue(title="电话 13805301234")})
    assert told.json()["code"] == "personal_data"
    assert told.json()["errors"][0]["code"] == "personal_data"


BAD_DECISIONS: dict[str, tuple[Any, int, str]] = {
    "a decision that the stage does not take": ({"kind": "hold", "reason": "等"}, 409, "not_allowed_now"),
    "another's decision": ({"kind": "supervise", "reason": "急"}, 403, "forbidden"),
    "a phone number in a reason": ({"kind": "escalate", "reason": "电话 138 0530 1234"}, 422, "personal_data"),
    "an identity-card number": ({"kind": "note", "text": "身份证11010519491231002X"}, 422, "personal_data"),
    "an unknown field": ({"kind": "note", "text": "记", "colour": "red"}, 422, "invalid"),
    "an unknown kind": ({"kind": "dance"}, 422, "invalid"),
    "no kind": ({"text": "记"}, 422, "invalid"),
    "a missing field": ({"kind": "contact", "how": "电话"}, 422, "invalid"),
    "nothing but spaces": ({"kind": "note", "text": "   "}, 422, "invalid"),
    "a list": ([], 422, "invalid"),
    "a word": ("note", 422, "invalid"),
    "null": (None, 422, "invalid"),
    "a date before today": (
        {"kind": "plan", "lead": "urban", "deliverable": "修", "due_date": "2020-01-01"},
        422,
        "date_too_early",
    ),
    "a date too far ahead": (
        {"kind": "plan", "lead": "urban", "deliverable": "修", "due_date": "2999-01-01"},
        422,
        "date_too_late",
    ),
    "not a date": ({"kind": "plan", "lead": "urban", "deliverable": "修", "due_date": "soon"}, 422, "invalid"),
    "an unknown estate": ({"kind": "reroute", "estate": "atlantis"}, 422, "unknown_estate"),
    "a reroute to nowhere": ({"kind": "reroute"}, 422, "invalid"),
    "an unknown tier": ({"kind": "escalate", "reason": "急", "to": "moon"}, 422, "unknown_tier"),
    "a tier skipped": ({"kind": "escalate", "reason": "急", "to": "alliance"}, 409, "skips_a_tier"),
    "NUL in text": ({"kind": "note", "text": "a\x00b"}, 422, "unprintable_text"),
    "a long text": ({"kind": "note", "text": "长" * 2001}, 422, "invalid"),
    "a megabyte": ({"kind": "note", "text": "a" * 1_000_000}, 413, "too_large"),
}


@pytest.mark.parametrize("what", BAD_DECISIONS)
def test_a_bad_decision_is_refused_and_changes_nothing(what: str, estate: Caller, stack: Stack) -> None:
    body, status, code = BAD_DECISIONS[what]
    number = estate.open()["number"]
    before = stack.logged(number)
    answer = estate.post(f"/cases/{number}/decisions", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert stack.logged(number) == before


BAD_BYTES: dict[str, tuple[bytes, str, int, str]] = {
    "not JSON": (b"kind=note", "application/json", 400, "not_json"),
    "half of it": (b'{"kind": "note", ', "application/json", 400, "not_json"),
    "not UTF-8": (b'{"kind": "note", "text": "\xff"}', "application/json", 400, "not_json"),
    "NaN": (b'{"kind": "note", "text": NaN}', "application/json", 400, "not_json"),
    "a repeated key": (b'{"kind": "note", "kind": "note", "text": "a"}', "application/json", 400, "not_json"),
    "nested without end": (b"[" * 100_000, "application/json", 400, "not_json"),
    "a huge number": (b'{"kind": "confirm", "stars": ' + b"9" * 6000 + b"}", "application/json", 400, "not_json"),
    "a lone surrogate": (b'{"kind": "note", "text": "\\ud800"}', "application/json", 422, "unprintable_text"),
    "a surrogate in a key": (b'{"kind": "note", "\\udfff": 1}', "application/json", 422, "unprintable_text"),
    "a surrogate as the kind": (b'{"kind": "\\ud800"}', "application/json", 422, "unprintable_text"),
    "a form": (b"kind=note", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    "JSON called text": (b'{"kind": "note", "text": "a"}', "text/plain", 415, "unsupported_media_type"),
    "another charset": (b'{"kind": "note"}', "application/json; charset=gbk", 415, "unsupported_media_type"),
    "nothing": (b"", "application/json", 422, "invalid"),
}


@pytest.mark.parametrize("what", BAD_BYTES)
def test_a_bad_body_is_refused_and_changes_nothing(what: str, estate: Caller, stack: Stack) -> None:
    content, content_type, status, code = BAD_BYTES[what]
    number = estate.open()["number"]
    before = stack.logged(number)
    answer = estate.send(f"/cases/{number}/decisions", content, content_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert stack.logged(number) == before


BAD_CASES: dict[str, tuple[dict[str, Any], int, str]] = {
    "an unknown estate": ({"estate": "atlantis"}, 422, "unknown_estate"),
    "a community for an estate": ({"estate": "laocheng"}, 422, "unknown_estate"),
    "another's estate": ({"estate": "gulou-yuan"}, 403, "forbidden"),
    "an unknown category": ({"category": "dragons"}, 422, "unknown_category"),
    "an unknown channel": ({"channel": "pigeon"}, 422, "invalid"),
    "an unknown severity": ({"severity": "terrible"}, 422, "invalid"),
    "a megabyte of description": ({"description": "长" * 350_000}, 413, "too_large"),
    "a long description": ({"description": "长" * 4001}, 422, "invalid"),
    "a phone number in the title": ({"title": "请回电13805301234"}, 422, "personal_data"),
    "a latitude off the globe": ({"location": {"lat": 91}}, 422, "invalid"),
    "an unknown field in the reporter": ({"reporter": {"nickname": "老王"}}, 422, "invalid"),
    "an emergency that is the alliance's": ({"emergency": "fire"}, 403, "forbidden"),
}


@pytest.mark.parametrize("what", BAD_CASES)
def test_a_bad_case_is_refused_and_nothing_is_opened(what: str, estate: Caller, stack: Stack) -> None:
    changes, status, code = BAD_CASES[what]
    before = stack.logged("")
    answer = estate.post("/cases", issue(**changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert stack.logged("") == before


def test_no_number_is_spent_on_a_refused_case(estate: Caller) -> None:
    first = estate.open()["number"]
    estate.post("/cases", issue(estate="atlantis"))
    second = estate.open()["number"]
    assert int(second.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/cases/NC-2026-999999", 404, "unknown_case"),
        ("/cases/nonsense", 404, "unknown_case"),
        ("/cases/%00", 422, "unprintable_text"),
        ("/cases/%ff", 422, "unprintable_text"),
        ("/cases/%ed%a0%80", 422, "unprintable_text"),
        ("/cases?q=%00", 422, "unprintable_text"),
        ("/cases?q=%ed%a0%80", 422, "unprintable_text"),
        ("/cases?limit=0", 422, "invalid"),
        ("/cases?limit=many", 422, "invalid"),
        ("/cases?overdue=perhaps", 422, "invalid"),
        ("/cases?cursor=nonsense", 422, "bad_cursor"),
        ("/cases?cursor=WyIyMDI2IiwgMV0", 422, "bad_cursor"),
        ("/forums/atlantis/sittings", 404, "unknown_forum"),
        ("/forums/laocheng/sittings?from=2026-01-01&to=2029-01-01", 422, "range_too_long"),
        ("/forums/laocheng/sittings?from=0001-01-01", 422, "date_out_of_range"),
        ("/forums/laocheng/sittings?from=9999-12-31&to=9999-12-31", 422, "date_out_of_range"),
        ("/forums/laocheng/sittings?from=noon", 422, "invalid"),
        ("/sittings/laocheng-2026-13", 404, "unknown_sitting"),
        ("/sittings/atlantis-2026-03", 404, "unknown_sitting"),
        ("/emergencies/NC-2026-999999-E1", 404, "unknown_emergency"),
        ("/emergencies/nonsense", 404, "unknown_emergency"),
        ("/nowhere", 404, "not_found"),
    ],
)
def test_a_bad_address_is_refused(path: str, status: int, code: str, alliance: Caller) -> None:
    answer = alliance.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_method_that_an_address_does_not_take_is_405(alliance: Caller) -> None:
    answer = alliance.http.delete("/cases", headers=alliance.headers)
    assert (answer.status_code, answer.json()["code"], "allow" in answer.headers) == (405, "method_not_allowed", True)


@pytest.mark.parametrize("key", ["", "长", "k" * 201])
def test_an_idempotency_key_is_printable_and_short(key: str, estate: Caller) -> None:
    headers = {**estate.headers, "idempotency-key": key}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = estate.http.post("/cases", json=issue(), headers=encoded)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")


def test_problems_speak_the_callers_language(estate: Caller) -> None:
    number = estate.open()["number"]
    path, body = f"/cases/{number}/decisions", {"kind": "hold", "reason": "等"}
    chinese = estate.post(path, body)
    english = estate.post(path, body, accept_language="fr, en;q=0.8, zh;q=0.1")
    assert "实时对接" in chinese.json()["detail"]
    assert "first contact" in english.json()["detail"]
    assert (chinese.headers["content-language"], english.headers["content-language"]) == ("zh-CN", "en")
    assert chinese.json()["allowed"] == english.json()["allowed"]
    field = estate.post(path, {"kind": "contact"}, accept_language="en").json()["errors"][0]
    assert field == {"field": "how", "code": "missing", "message": "This is required."}
