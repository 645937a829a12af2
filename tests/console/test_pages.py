"""Pages: who is shown what, in which language, with which headers."""

from __future__ import annotations

from tests.support.console import Visitor, shared_weight, text_of, visiting
from tests.support.stack import Caller, Stack

QUIET = "danyang-xincheng"
"""An estate of which no other module has cases: what is new there is on the first page."""


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(nobody: Visitor) -> None:
    answer = nobody.get("/cases/NC-2026-000001")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fcases%2FNC-2026-000001")
    asked = {"username": "supervisor", "password": "nancheng", "next": "/cases/NC-2026-000001"}
    assert nobody.post("/sign-in", asked).headers["location"] == "/cases/NC-2026-000001"


def test_nobody_is_sent_to_another_site_after_signing_in(stack: Stack) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        with visiting(stack) as visitor:
            asked = {"username": "supervisor", "password": "nancheng", "next": elsewhere}
            assert visitor.post("/sign-in", asked).headers["location"] == "/"


def test_my_work_shows_what_waits_in_my_scope(stack: Stack, other_estate: Visitor) -> None:
    with stack.calling(f"estate-{QUIET}") as officer, visiting(stack, f"estate-{QUIET}") as estate:
        number = officer.open(estate=QUIET)["number"]
        page = estate.get("/")
    assert page.status_code == 200
    said = text_of(page.text)
    assert number in said
    assert "等小区首次联系居民" in said
    assert number not in other_estate.get("/").text


def test_a_case_page_tells_the_case_and_its_story(officer: Caller, estate: Visitor, department: Visitor) -> None:
    number = officer.open()["number"]
    officer.decide(number, "contact", how="电话", outcome="已约定现场查看")
    said = text_of(estate.get(f"/cases/{number}").text)
    for part in (number, "3号楼电梯反复停在两层之间", "已联系居民", "已登记", "王秀兰", "牡丹花园"):
        assert part in said
    denied = department.get(f"/cases/{number}")
    assert denied.status_code == 403
    assert "王秀兰" not in denied.text


def test_pages_speak_chinese_until_somebody_chooses_english(supervisor: Visitor) -> None:
    assert "我的工作" in supervisor.get("/", {"accept-language": "en"}).text
    answer = supervisor.post("/language", {"language": "en", "back": "/?a=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?a=1")
    page = supervisor.get("/")
    assert "My work" in page.text
    assert '<html lang="en">' in page.text
    assert supervisor.post("/language", {"language": "fr"}).status_code == 400


def test_what_is_not_there_is_told_on_a_page_to_a_browser_and_as_a_problem_to_a_program(supervisor: Visitor) -> None:
    page = supervisor.get("/nothing-here")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有找到" in page.text
    assert "我的工作" in page.text  # in the frame of who looks
    program = supervisor.get("/nothing-here", {"accept": "application/json"})
    assert program.headers["content-type"] == "application/problem+json"
    assert supervisor.get("/api/v1/nothing-here").headers["content-type"] == "application/problem+json"
    assert supervisor.get("/cases/NC-2026-999999").status_code == 404
    assert supervisor.post("/").status_code == 405


def test_every_answer_carries_the_headers_that_keep_a_browser_safe(supervisor: Visitor) -> None:
    page = supervisor.get("/")
    assert page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    for path in ("/", "/sign-in", "/nothing-here", "/api/v1/cases", "/healthz", "/docs", "/static/hongxiu.css"):
        headers = supervisor.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in page.headers


def test_own_files_are_kept_for_a_year_under_an_address_that_changes_with_them(nobody: Visitor) -> None:
    page = nobody.get("/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    found = nobody.get(address)
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "--brand" in found.text
    assert nobody.get("/static/hongxiu.css?v=old").headers["cache-control"] == "no-cache"
    assert nobody.get(address, {"if-none-match": found.headers["etag"]}).status_code == 304
    for path in ("/static/none.css", "/static/..%2Fpages.py", "/static/%2e%2e/pages.py"):
        assert nobody.get(path).status_code == 404


def test_a_page_is_light(officer: Caller, estate: Visitor) -> None:
    number = officer.open()["number"]
    for path in ("/", f"/cases/{number}", "/sign-in"):
        assert len(estate.get(path).content) + shared_weight() < 150_000
