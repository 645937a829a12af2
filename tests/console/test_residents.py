"""The residents' pages over HTTP: raising an issue, keeping number and code, following it, answering."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import psycopg
import pytest

from api.sign_in.case_passes import COOKIE
from console.words import WORDS as EVERY_WORD
from console.words.residents import CONSENT, CONSENT_VERSION
from domain.words.case_words import CLOSED_AS
from tests.support.console import Visitor, text_of, visiting
from tests.support.pictures import SVG, picture, with_position
from tests.support.stack import Caller, Stack
from tests.support.town import NOW

PHONE = "13905301357"
PHONES = (f"139053{number:05}" for number in count(1))  # each issue's own: they are counted by telephone
WORDS = "七号楼电梯昨晚把我母亲关了二十分钟"


def issue(key: str, **changes: str) -> dict[str, str]:
    filled = {
        "phone": next(PHONES),
        "key": key,
        "estate": "mudan-garden",
        "category": "lift",
        "description": WORDS,
        "anonymous": "false",
        "name": "欧阳女士",
        "location.address": "7号楼3单元",
        "consent": CONSENT_VERSION,
    }
    return {name: value for name, value in {**filled, **changes}.items() if value}


def key_of(page: httpx.Response) -> str:
    found: str = re.findall(r'name="key" value="([0-9a-f]{32})"', page.text)[0]
    return found


def raised(visitor: Visitor, *photos: bytes, **changes: str) -> tuple[str, str]:
    """Raises an issue; its number and code."""
    answer = visitor.upload("/r/new", issue(key_of(visitor.get("/r/new")), **changes), *photos)
    assert answer.status_code == 303, text_of(answer.text)
    number = answer.headers["location"].split("/")[2]
    code = re.findall(r'slip__code">([0-9A-Z]{8})<', visitor.get(answer.headers["location"]).text)[0]
    return number, code


def says(visitor: Visitor, number: str, **fields: str) -> httpx.Response:
    page = visitor.get(f"/r/{number}").text
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    key = re.findall(r'name="key" value="([0-9a-f]{32})"', page)[0]
    return visitor.post(f"/r/{number}/word", {"key": key, "version": version, **fields})


# ---------------------------------------------------------------- raising


def test_what_belongs_to_110_119_and_120_comes_before_the_form(nobody: Visitor) -> None:
    page = nobody.get("/r/new").text
    for number in ("110", "119", "120"):
        assert page.index(f'href="tel:{number}"') < page.index('<form class="form card"')


def test_a_resident_raises_an_issue_with_photographs_and_gets_number_and_code(nobody: Visitor, officer: Caller) -> None:
    number, code = raised(nobody, with_position(), picture(colour=(1, 90, 3)), phone=PHONE)
    receipt = nobody.get(f"/r/{number}/receipt")
    said = text_of(receipt.text)
    for part in (number, code, "电梯问题（牡丹花园）", "查询码只给您本人"):
        assert part in said
    assert 'class="qr"' in receipt.text
    assert "style=" not in receipt.text
    case = officer.case(number)
    assert (case["channel"], case["title"], case["wait"]["kind"]) == ("wechat", "电梯问题（牡丹花园）", "contact")
    assert case["description"] == WORDS
    assert case["reporter"] == {"name": "欧阳女士", "phone": PHONE, "anonymous": False, "kind": "person"}
    assert (case["location"]["address"], len(case["photos"])) == ("7号楼3单元", 2)
    opened = officer.get(f"/cases/{number}/events").json()["items"][0]
    assert opened["actor"] == {"id": "resident", "role": "resident", "unit": None}


def test_who_stays_anonymous_leaves_neither_name_nor_number(nobody: Visitor, officer: Caller, stack: Stack) -> None:
    number, _ = raised(nobody, anonymous="true", phone=PHONE, name="欧阳女士")
    assert officer.case(number)["reporter"] == {"name": None, "phone": None, "anonymous": True, "kind": "person"}
    again, _ = raised(nobody, anonymous="true", phone="", name="")
    assert again != number


def test_a_form_sent_twice_is_one_issue(nobody: Visitor) -> None:
    fields = issue(key_of(nobody.get("/r/new")))
    first, second = nobody.upload("/r/new", fields, picture()), nobody.upload("/r/new", fields, picture())
    assert first.headers["location"] == second.headers["location"]
    other = nobody.upload("/r/new", {**fields, "description": "另一件事"})
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phone": ""}, "phone"),
        ({"phone": "打给我妈"}, "phone"),
        ({"description": "\u200b\u3164"}, "description"),
        ({"consent": ""}, "consent"),
        ({"consent": "1999"}, "consent"),
        ({"description": ""}, "description"),
        ({"estate": ""}, "estate"),
        ({"category": ""}, "category"),
        ({"title": f"请打{PHONE}"}, "title"),
    ],
    ids=lambda value: "-".join(f"{k}:{v}" for k, v in value.items()) if isinstance(value, dict) else value,
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(nobody: Visitor, changes: dict[str, str], field: str) -> None:
    page = nobody.get("/r/new")
    answer = nobody.upload("/r/new", issue(key_of(page), **changes), picture())
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text or f'id="f-{field}-hint' in answer.text
    assert "请重新选择照片" in answer.text
    for typed in (WORDS, "欧阳女士", "7号楼3单元"):
        assert typed in answer.text or (typed == WORDS and field == "description")
    assert key_of(answer) == key_of(page)


def test_an_unknown_estate_is_refused_on_the_form(nobody: Visitor) -> None:
    answer = nobody.upload("/r/new", issue(key_of(nobody.get("/r/new")), estate="atlantis"))
    assert answer.status_code == 422
    assert "没有小区" in answer.text
    assert WORDS in answer.text


def test_a_resident_declares_no_emergency_and_picks_no_channel(nobody: Visitor) -> None:
    for name in ("emergency", "channel", "severity"):
        answer = nobody.upload("/r/new", {**issue(key_of(nobody.get("/r/new"))), name: "fire"})
        assert answer.status_code == 422


def test_a_photograph_that_is_named_in_gbk_loses_nothing(nobody: Visitor, officer: Caller) -> None:
    fields = issue(key_of(nobody.get("/r/new")))
    files: Any = [(name, (None, value)) for name, value in fields.items()]
    files.append(("photo", ("NAME", picture(), "image/jpeg")))
    made = nobody.http.build_request("POST", "/r/new", files=files)
    answer = nobody.http.post(
        "/r/new",
        content=made.read().replace(b"NAME", "现场照片.jpg".encode("gbk")),
        headers=nobody.sent({"content-type": made.headers["content-type"]}),
    )
    assert answer.status_code == 303
    assert len(officer.case(answer.headers["location"].split("/")[2])["photos"]) == 1


def test_a_bad_photograph_loses_no_issue(nobody: Visitor, officer: Caller) -> None:
    answer = nobody.upload("/r/new", issue(key_of(nobody.get("/r/new"))), picture(), SVG)
    number = answer.headers["location"].split("/")[2]
    assert "有照片没有收下" in text_of(nobody.get(f"/r/{number}/receipt").text)
    assert len(officer.case(number)["photos"]) == 1


def test_a_form_of_another_site_raises_nothing(nobody: Visitor) -> None:
    fields = issue(key_of(nobody.get("/r/new")))
    for path in ("/r/new", "/r/follow", "/r/leave"):
        assert nobody.post(path, fields, {"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_new_text_of_the_consent_has_a_new_version() -> None:
    digest = hashlib.sha256(f"{CONSENT.zh}{CONSENT.en}".encode()).hexdigest()[:8]
    assert (CONSENT_VERSION, digest) == ("2026-1", "161ce5bf")


def test_the_log_holds_nothing_of_what_the_resident_wrote(nobody: Visitor, stack: Stack) -> None:
    number, _ = raised(nobody, phone=PHONE)
    with psycopg.connect(stack.settings.owner_database()) as connection:
        rows = connection.execute("SELECT data FROM events WHERE stream = %s", (number,)).fetchall()
    kept = json.dumps([row[0] for row in rows], ensure_ascii=False)
    for secret in (PHONE, "欧阳", WORDS, "7号楼"):
        assert secret not in kept


def test_what_a_resident_wrote_is_in_no_log(nobody: Visitor, stack: Stack) -> None:
    number, code = raised(nobody, picture(), phone=PHONE)
    nobody.get(f"/r/{number}")
    for log in (stack.api.log_file, stack.worker.log_file):
        text = log.read_text("utf-8")
        for secret in (PHONE, "欧阳", WORDS, code):
            assert secret not in text


# ---------------------------------------------------------------- following


def test_number_and_code_open_the_case_and_the_address_holds_no_code(nobody: Visitor, officer: Caller) -> None:
    opened = officer.open()
    number, code = opened["number"], opened["code"]
    assert nobody.get(f"/r/{number}").headers["location"] == f"/r?number={number}"
    assert number in nobody.get(f"/r?number={number}").text
    answer = nobody.post("/r/follow", {"number": f" {number.lower()} ", "code": code.lower()})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/r/{number}")
    cookie = answer.headers["set-cookie"]
    for part in (f"{COOKIE}=", "HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=7200"):
        assert part in cookie
    assert code not in cookie
    said = text_of(nobody.get(f"/r/{number}").text)
    for part in ("3号楼电梯反复停在两层之间", "小区联系点会与您联系", "最迟", "您的诉求已登记", "小区", "社区", "联盟"):
        assert part in said
    assert "王秀兰" not in said


@pytest.mark.parametrize("number", ["NC-2026-999999", "nonsense", "../../etc", "NC-2026-000001"])
def test_a_wrong_code_and_an_unknown_number_are_told_alike(nobody: Visitor, number: str) -> None:
    answer = nobody.post("/r/follow", {"number": number, "code": "AAAAAAAA"})
    assert answer.status_code == 404
    assert "编号或查询码不对" in answer.text
    assert COOKIE not in nobody.cookies


def test_number_and_code_are_taken_however_they_are_typed(stack: Stack, officer: Caller) -> None:
    opened = officer.open()
    number, code = opened["number"], opened["code"]
    wide = str.maketrans({chr(sign): chr(sign + 0xFEE0) for sign in range(0x21, 0x7F)})
    for typed in (
        number.translate(wide),
        number.replace("-", ""),
        number.lower().replace("-", " "),
        f" {number}\u200b",
    ):
        for spelt in (f"{code[:4]} {code[4:]}", code.lower(), code.translate(wide)):
            with visiting(stack) as nobody:
                answer = nobody.post("/r/follow", {"number": typed, "code": spelt})
                assert answer.headers.get("location") == f"/r/{number}", (typed, spelt)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u202d{}\u202c", "{}"),
        ("{wide}", "{}"),
        ("0530—5550123", "0530-5550123"),
        ("0530-5550123转8012", "0530-5550123转8012"),
    ],
)
def test_a_telephone_is_taken_as_it_is_typed(nobody: Visitor, officer: Caller, typed: str, kept: str) -> None:
    phone = next(PHONES)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in phone)
    number, _ = raised(nobody, phone=typed.format(phone, wide=wide))
    assert officer.case(number)["reporter"]["phone"] == kept.format(phone)


def test_guessing_is_slowed_down_and_told_in_words(nobody: Visitor, officer: Caller) -> None:
    number = officer.open()["number"]
    answers = [nobody.post("/r/follow", {"number": number, "code": f"WRONG{n}"}) for n in range(9)]
    assert [answer.status_code for answer in answers] == [404] * 8 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "秒后再试" in answers[-1].text


def test_a_pass_is_for_its_case_and_cannot_be_made_up(nobody: Visitor, officer: Caller, stack: Stack) -> None:
    mine, other = officer.open(), officer.open()
    nobody.post("/r/follow", {"number": mine["number"], "code": mine["code"]})
    for path in ("", "/receipt", "/photos/p-1"):
        assert nobody.get(f"/r/{other['number']}{path}").status_code == 303
    fields = {"kind": "withdraw", "sure": "yes", "key": "0" * 32, "version": "1"}
    assert nobody.post(f"/r/{other['number']}/word", fields).headers["location"].startswith("/r?")
    assert officer.types(other["number"]) == ["case_opened"]
    pass_ = nobody.cookies[COOKIE]
    ended_otherwise = pass_[:-1] + ("1" if pass_.endswith("0") else "0")
    for forged in ("", "x", "e30=.x", ended_otherwise, pass_.replace(".", "x.")):
        with visiting(stack) as thief:
            thief.cookies[COOKIE] = forged
            assert thief.get(f"/r/{mine['number']}").status_code == 303


def test_who_leaves_is_asked_again(nobody: Visitor, officer: Caller) -> None:
    opened = officer.open()
    nobody.post("/r/follow", {"number": opened["number"], "code": opened["code"]})
    assert nobody.get(f"/r/{opened['number']}").status_code == 200
    assert nobody.post("/r/leave").status_code == 303
    assert nobody.get(f"/r/{opened['number']}").status_code == 303


def test_a_pass_is_good_for_several_cases(nobody: Visitor, officer: Caller) -> None:
    both = [officer.open() for _ in range(2)]
    for opened in both:
        nobody.post("/r/follow", {"number": opened["number"], "code": opened["code"]})
    assert [nobody.get(f"/r/{opened['number']}").status_code for opened in both] == [200, 200]


def test_the_story_is_told_without_the_offices_own(nobody: Visitor, officer: Caller) -> None:
    number, _ = raised(nobody)
    officer.decide(number, "note", text="内部备注：与物业经理沟通")
    officer.decide(number, "contact", how="电话", outcome="内部说明")
    due = (NOW + timedelta(days=50)).date()
    officer.decide(number, "plan", lead="urban", deliverable="更换曳引机并通过检测", due_date=due.isoformat())
    said = text_of(nobody.get(f"/r/{number}").text)
    for part in (
        "小区已与您联系",
        f"办理方案已定：城建负责，{due.year}年{due.month}月{due.day}日前完成",
        "更换曳引机并通过检测",
        "城建正在办理",
    ):
        assert part in said
    for part in ("内部", "estate-mudan-garden", "备注"):
        assert part not in said


# ---------------------------------------------------------------- answering


def test_the_resident_confirms_with_stars(nobody: Visitor, officer: Caller) -> None:
    number, _ = raised(nobody)
    officer.decide(number, "resolve", what_was_done="已更换门锁")
    page = text_of(nobody.get(f"/r/{number}").text)
    assert "已更换门锁" in page
    missing = says(nobody, number, kind="confirm")
    assert (missing.status_code, "请选 1 至 5 星" in missing.text) == (422, True)
    assert says(nobody, number, kind="confirm", stars="4").status_code == 303
    said = text_of(nobody.get(f"/r/{number}").text)
    for part in ("谢谢，您的评价已记下", "已解决", "评了 4 星", "问题又出现"):
        assert part in said
    assert officer.case(number)["closed_as"] == "settled"


def test_the_resident_disputes_with_a_reason_and_hears_who_does_it_again(nobody: Visitor, officer: Caller) -> None:
    number, _ = raised(nobody)
    officer.decide(number, "resolve", what_was_done="已修")
    assert "交小区的下一次会议重新处理" in text_of(nobody.get(f"/r/{number}").text)
    missing = says(nobody, number, kind="dispute")
    assert "请写明哪里没有解决" in missing.text
    assert says(nobody, number, kind="dispute", reason="当晚又停了").status_code == 303
    assert "您认为没有解决，已重办" in text_of(nobody.get(f"/r/{number}").text)
    officer.decide(number, "resolve", what_was_done="换了电机")
    assert "交社区的下一次会议重新处理" in text_of(nobody.get(f"/r/{number}").text)


def test_the_resident_withdraws_when_sure(nobody: Visitor, officer: Caller) -> None:
    number, _ = raised(nobody)
    unsure = says(nobody, number, kind="withdraw", reason="邻居已经修好了")
    assert unsure.status_code == 422
    assert "邻居已经修好了" in unsure.text
    assert says(nobody, number, kind="withdraw", sure="yes").status_code == 303
    assert officer.case(number)["closed_as"] == "withdrawn"


def test_an_answer_to_what_has_moved_on_is_told_so(nobody: Visitor, officer: Caller) -> None:
    number, _ = raised(nobody)
    officer.decide(number, "contact", how="电话", outcome="已约")
    stale = {"kind": "withdraw", "sure": "yes", "key": "a" * 32, "version": "1"}
    answer = nobody.post(f"/r/{number}/word", stale)
    assert answer.status_code == 412
    assert "已有新进展" in answer.text
    assert officer.case(number)["closed_as"] is None


def test_the_same_answer_twice_is_one(nobody: Visitor, officer: Caller) -> None:
    number, _ = raised(nobody)
    fields = {"kind": "withdraw", "sure": "yes", "key": "b" * 32, "version": "1"}
    assert [nobody.post(f"/r/{number}/word", fields).status_code for _ in range(2)] == [303, 303]
    assert officer.types(number) == ["case_opened", "case_withdrawn"]


def test_who_is_refused_hears_why_and_how_to_object(nobody: Visitor, officer: Caller) -> None:
    number, _ = raised(nobody)
    officer.decide(number, "reject", reason="属开发商保修范围")
    said = text_of(nobody.get(f"/r/{number}").text)
    for part in ("不予受理", "属开发商保修范围", "提出异议", "12345"):
        assert part in said


def test_photographs_are_added_and_seen_by_their_resident(nobody: Visitor, stack: Stack) -> None:
    number, _ = raised(nobody)
    assert nobody.upload(f"/r/{number}/photos", {}, with_position(6)).status_code == 303
    page = nobody.get(f"/r/{number}")
    assert "照片已收到" in page.text
    (path,) = set(re.findall(rf'href="(/r/{number}/photos/[^"]+)"', page.text))
    seen = nobody.get(path)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert nobody.get(f"{path}?size=thumbnail").status_code == 200
    assert nobody.get(f"{path}x").status_code == 404
    with visiting(stack) as stranger:
        assert stranger.get(path).status_code == 303
    assert "请先选择照片" in text_of(nobody.get(nobody.upload(f"/r/{number}/photos", {}).headers["location"]).text)
    assert nobody.upload(f"/r/{number}/photos", {}, SVG).status_code == 303
    assert "不是能识别的照片" in text_of(nobody.get(f"/r/{number}").text)


def test_pages_speak_english_where_that_is_chosen(nobody: Visitor) -> None:
    nobody.post("/language", {"language": "en", "back": "/r"})
    number, _ = raised(nobody)
    said = text_of(nobody.get(f"/r/{number}").text)
    for part in ("Your issue was taken down", "Where it stands", "Your estate's officer will contact you", "by "):
        assert part in said


def test_raising_is_limited_by_telephone_and_told_on_the_form(nobody: Visitor) -> None:
    phone = "13905309999"
    answers = [
        nobody.upload("/r/new", issue(key_of(nobody.get("/r/new")), phone=phone, estate="hepan-jinxiu"))
        for _ in range(7)
    ]
    assert [answer.status_code for answer in answers] == [303] * 6 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "提交太频繁" in answers[-1].text
    assert WORDS in answers[-1].text


def test_a_page_is_light(nobody: Visitor) -> None:
    number, _ = raised(nobody)
    files = sum(len(nobody.get(f"/static/{name}").content) for name in ("hongxiu.css", "hongxiu.js", "mark.svg"))
    for path in ("/r", "/r/new", f"/r/{number}", f"/r/{number}/receipt"):
        assert len(nobody.get(path).content) + files < 150_000


def test_there_are_words_for_every_way_an_issue_ends_and_every_answer() -> None:
    assert {f"residents.ended_{kind}" for kind in CLOSED_AS} <= EVERY_WORD.keys()
    assert {f"flash.said_{kind}" for kind in ("confirm", "dispute", "withdraw")} <= EVERY_WORD.keys()
