"""Administration on pages: the organisation out and in with a dry run, policies with versions, accounts."""

from __future__ import annotations

import html
import re
import time
import uuid
from typing import Any

import pytest

from domain.policy.organisation import Organisation
from domain.policy.organisation_files import as_table
from domain.policy.policy_file import parse_policy
from store.accounts import Post
from store.migrate import newest
from tests.support.accounts import added
from tests.support.console import Visitor, text_of, visiting
from tests.support.stack import Caller, Stack
from tests.support.town import NOW


def sent(form: str) -> dict[str, str]:
    """The hidden fields of the form that brings a draft into force."""
    (body,) = re.findall(r'action="/admin/policies/load">(.*?)</form>', form, re.DOTALL)
    return {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', body)}


def organisation(admin: Visitor) -> Organisation:
    return parse_policy(Organisation, admin.get("/admin/organisation.yaml").text, "x")


def upload(admin: Visitor, kind: str, **files: bytes) -> Any:
    """Sends files as a browser does."""
    boundary = uuid.uuid4().hex
    rows = [f'--{boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\n{kind}\r\n'.encode()]
    for name, content in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}.csv"\r\n\r\n'
        rows += [head.encode("gbk"), content, b"\r\n"]
    body = b"".join([*rows, f"--{boundary}--\r\n".encode()])
    headers = admin.sent({"content-type": f"multipart/form-data; boundary={boundary}"})
    return admin.http.post("/admin/policies/check", content=body, headers=headers)


def check(admin: Visitor, text: str, kind: str = "organisation") -> Any:
    return admin.post("/admin/policies/check", {"kind": kind, "text": text})


def raised(text: str, *replaced: tuple[str, str]) -> str:
    """The text as its next version, with changes."""
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    version = f"{time.time_ns()}"
    return re.sub(r"^version: .*$", f'version: "{version}"', text, count=1, flags=re.MULTILINE)


# ---------------------------------------------------------------- the organisation


def test_the_organisation_is_shown_with_its_estates_and_what_is_open(admin: Visitor, officer: Caller) -> None:
    officer.open()
    page = text_of(admin.get("/admin/organisation").text)
    for words in ("牡丹花园", "市场化管理", "老城社区", "每周一 16:00，60 分钟", "organisation.yaml", "units.csv"):
        assert words in page


def test_tables_that_are_sent_back_unchanged_change_nothing(admin: Visitor) -> None:
    table = admin.get("/admin/organisation/units.csv")
    assert table.headers["content-disposition"].startswith('attachment; filename="units-')
    page = upload(admin, "organisation", units=table.content)
    assert page.status_code == 200
    assert "新增 0" in text_of(page.text)
    assert "撤销 0" in text_of(page.text)


def test_a_table_as_a_spreadsheet_in_china_writes_it_is_read(admin: Visitor) -> None:
    text = as_table(organisation(admin), "companies").replace("绿源城服", "绿源新城服")
    page = upload(admin, "organisation", companies=text.encode("gb18030"))
    assert "绿源城服 绿源新城服" in text_of(page.text)
    assert "修改 2" in text_of(page.text)  # the company, and the version
    quoted = '"' + text.strip().replace(",", '","').replace("\r\n", '"\r\n"') + '"'
    page = upload(admin, "organisation", 物业企业=("sep=,\r\n" + quoted).encode("gbk"))
    assert "修改 2" in text_of(page.text)


def test_a_dry_run_names_every_mistake_by_its_line(admin: Visitor) -> None:
    text = (
        as_table(organisation(admin), "units").replace("mudan-jiayuan", "nobody", 1).replace(",market,", ",hotel,", 1)
    )
    page = upload(admin, "organisation", units=text.encode())
    assert page.status_code == 422
    assert "units.csv:4" in text_of(page.text)
    yaml = admin.get("/admin/organisation.yaml").text.replace("\n          kind: market", "\n          kind: hotel", 1)
    page = check(admin, yaml)
    line = next(n for n, one in enumerate(yaml.splitlines(), 1) if " kind: hotel" in one)
    assert page.status_code == 422
    assert f'id="line-{line}" class="code__wrong"' in page.text
    assert "hotel" in page.text.partition("<textarea")[2]  # nothing that was typed is lost


def test_a_version_that_is_taken_is_a_mistake_that_names_the_next_free_one(admin: Visitor) -> None:
    text = admin.get("/admin/organisation.yaml").text.replace("牡丹花园", "牡丹新园")
    page = check(admin, text)
    assert page.status_code == 422
    assert "已被占用；下一个可用版本是" in text_of(page.text)


def test_a_unit_with_open_cases_is_not_removed(admin: Visitor, officer: Caller) -> None:
    officer.open()
    text = admin.get("/admin/organisation.yaml").text
    entry = re.search(r"        - id: mudan-garden\n(          .*\n)+", text)
    assert entry is not None
    draft = check(admin, raised(text, (entry[0], "")))
    assert draft.status_code == 200
    assert "不能撤销：mudan-garden" in text_of(draft.text)
    refused = admin.post("/admin/policies/load", sent(draft.text))
    assert refused.status_code == 409
    assert "不能撤销：mudan-garden" in text_of(refused.text)
    assert organisation(admin).estate("mudan-garden")


def test_a_changed_organisation_comes_into_force_and_is_on_the_access_log(admin: Visitor, stack: Stack) -> None:
    before = organisation(admin)
    name = f"晓园{uuid.uuid4().hex[:4]}"
    text = raised(admin.get("/admin/organisation.yaml").text, (before.estate("xiguan-jiashu").name.zh, name))
    draft = check(admin, text)
    assert f"{before.estate('xiguan-jiashu').name.zh} {name}" in text_of(draft.text)
    done = admin.post("/admin/policies/load", sent(draft.text))
    assert done.status_code == 303, text_of(done.text)
    path = done.headers["location"]
    assert organisation(admin).estate("xiguan-jiashu").name.zh == name
    assert "已施行" in until(admin, path, "已施行：调整日程")
    rows = text_of(admin.get("/audit?what=policy_loaded").text)
    assert path.rpartition("/")[2] in rows
    assert "+0 -0 ~2" in rows


def until(admin: Visitor, path: str, words: str) -> str:
    """Looks at a page until it says something."""
    for _ in range(300):
        page = text_of(admin.get(path).text)
        if words in page:
            return page
        time.sleep(0.1)
    raise AssertionError(f"{path} never said {words}: {page}")


def test_a_dry_run_that_somebody_overtook_is_made_again(admin: Visitor) -> None:
    text = admin.get("/admin/organisation.yaml").text
    mine, theirs = (check(admin, raised(text, ("南城国有物业", f"南城国有物业{n}"))) for n in (1, 2))
    assert admin.post("/admin/policies/load", sent(theirs.text)).status_code == 303
    refused = admin.post("/admin/policies/load", sent(mine.text))
    assert refused.status_code == 412
    page = text_of(refused.text)
    assert "已有别的政策施行" in page
    assert "南城国有物业2 南城国有物业1" in page  # compared with what is in force by now
    assert admin.post("/admin/policies/load", sent(refused.text)).status_code == 303


# ---------------------------------------------------------------- policies


def test_every_policy_in_force_is_listed_and_read_with_its_lines_numbered(admin: Visitor) -> None:
    page = admin.get("/admin/policies")
    for words in ("议事阶梯", "工作日历", "nancheng@", f"{NOW.year}@"):
        assert words in text_of(page.text)
    path = re.search(rf'href="(/admin/policies/calendar/{NOW.year}/[^"]+)"', page.text)
    assert path is not None
    shown = admin.get(path[1])
    assert 'id="line-1"' in shown.text
    assert "SHA-256" in text_of(shown.text)


def test_a_calendar_is_published_and_shown_as_a_year(admin: Visitor) -> None:
    year = 2890
    assert "尚未发布" in text_of(admin.get(f"/admin/calendar?year={year}").text)
    day = f"{{date: {year}-01-03, kind: off, name: {{zh: 元旦, en: New Year}}, notice: n}}"
    text = f"version: 1\nyear: {year}\ndays:\n  - {day}\n"
    draft = check(admin, text, "calendar")
    assert "0 件诉求的时限随 0 次会议变动" in text_of(draft.text)
    assert admin.post("/admin/policies/load", sent(draft.text)).status_code == 303
    shown = admin.get(f"/admin/calendar?year={year}")
    assert "元旦" in text_of(shown.text)
    assert "yday--off" in shown.text
    again = check(admin, text, "calendar")
    assert "这就是现行版本" in text_of(again.text)


def test_a_calendar_that_moves_a_sitting_says_how_many_waits_move(admin: Visitor, officer: Caller) -> None:
    number = officer.open()["number"]
    officer.decide(number, "contact", how="电话", outcome="已约")
    wait = officer.case(number)["wait"]
    day = sitting_day(officer, wait["sitting_id"])
    text = admin.get(f"/admin/policies/calendar/{day[:4]}/tests").text
    lines = [html.unescape(one) for one in re.findall(r"<code>(.*?)</code></li>", text)]
    published = "\n".join(line if line.strip() else "" for line in lines)
    off = f"  - {{date: {day}, kind: off, name: {{zh: 临时放假, en: Closed}}, notice: 试}}"
    draft = check(admin, raised(published + "\n" + off + "\n"), "calendar")
    assert draft.status_code == 200, text_of(draft.text)
    found = re.search(r"(\d+) 件诉求的时限随 (\d+) 次会议变动", text_of(draft.text))
    assert found is not None
    assert int(found[1]) >= 1


def sitting_day(officer: Caller, sitting: str) -> str:
    answer = officer.get(f"/sittings/{sitting}")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["starts_at"][:10])


def test_a_policy_with_a_mistake_is_refused_at_its_line(admin: Visitor) -> None:
    page = check(admin, 'version: "1"\nyear: 2026\ndays:\n  - {date: 2025-01-01, kind: off}\n', "calendar")
    assert page.status_code == 422
    assert "calendar:4" in text_of(page.text)
    assert check(admin, "", "ladder").status_code == 422


# ---------------------------------------------------------------- accounts


@pytest.fixture
def someone(stack: Stack) -> str:
    return added(stack, Post("officer", "laocheng"))


def secret(page: str) -> str:
    found = re.search(r"<output>(.*?)</output>", page)
    assert found is not None
    return found[1]


def test_a_new_account_signs_in_with_its_one_time_password_and_changes_it_first(admin: Visitor, stack: Stack) -> None:
    name = f"officer-{uuid.uuid4().hex[:6]}"
    made = admin.post("/admin/accounts", {"id": name, "post": "officer:laocheng"})
    assert made.status_code == 201
    password = secret(made.text)
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", password)
    assert password not in admin.get(f"/admin/accounts/{name}").text
    with visiting(stack) as visitor:
        visitor.sign_in(name, password)
        for path in ("/", "/meetings"):
            assert visitor.get(path).headers["location"] == "/account"
        page = visitor.get("/api/v1/organisation", {"accept": "application/json"})
        assert (page.status_code, page.json()["code"]) == (403, "password_must_change")
        assert "一次性密码" in text_of(visitor.get("/account").text)
        own = "晴天河边第三棵柳树下见 8"
        assert visitor.post("/account/password", {"old": password, "new": own}).status_code == 303
        assert visitor.get("/").status_code == 200
    with stack.calling() as caller:
        answer = caller.post("/token", {"username": name, "password": own})
        assert answer.status_code == 200


def test_a_one_time_password_gives_no_token(admin: Visitor, stack: Stack, someone: str) -> None:
    password = secret(admin.post(f"/admin/accounts/{someone}/password").text)
    with stack.calling() as caller:
        answer = caller.post("/token", {"username": someone, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (403, "password_must_change")


def test_what_is_no_account_or_no_post_is_told_on_the_form(admin: Visitor) -> None:
    assert admin.post("/admin/accounts", {"id": "Wang Xiulan", "post": "supervisor"}).status_code == 422
    page = admin.post("/admin/accounts", {"id": "someone-new", "post": "officer:nowhere"})
    assert page.status_code == 422
    assert "岗位不成立：officer:nowhere" in text_of(page.text)
    assert 'value="someone-new"' in page.text
    assert admin.post("/admin/accounts", {"id": "supervisor", "post": "supervisor"}).status_code == 409


def test_posts_are_given_and_taken_at_once_and_noted_down(admin: Visitor, stack: Stack, someone: str) -> None:
    with visiting(stack, someone) as visitor:
        fields = [("posts", "officer:laocheng"), ("add", "officer:mudan-garden")]
        assert admin.post(f"/admin/accounts/{someone}/posts", fields).status_code == 303
        assert "牡丹花园" in text_of(visitor.get("/account").text)
        assert admin.post(f"/admin/accounts/{someone}/posts", [("posts", "officer:mudan-garden")]).status_code == 303
        assert not visitor.is_signed_in  # the post that the session acted in is gone
    rows = text_of(admin.get(f"/audit?subject={someone}").text)
    assert "+officer:mudan-garden" in rows
    assert "-officer:laocheng" in rows


def test_a_disabled_account_is_out_at_once_and_can_be_opened_again(admin: Visitor, stack: Stack, someone: str) -> None:
    with visiting(stack, someone) as visitor:
        assert admin.post(f"/admin/accounts/{someone}/disable").status_code == 303
        assert not visitor.is_signed_in
        assert visitor.sign_in(someone).status_code == 401
        assert admin.post(f"/admin/accounts/{someone}/enable").status_code == 303
        assert visitor.sign_in(someone).status_code == 303


def test_a_locked_account_is_unlocked(admin: Visitor, stack: Stack, someone: str) -> None:
    with visiting(stack) as visitor:
        for _ in range(12):
            visitor.sign_in(someone, "wrong")
    with visiting(stack) as visitor:
        visitor.sign_in(someone, "wrong")
        assert visitor.sign_in(someone).status_code == 429
        assert admin.post(f"/admin/accounts/{someone}/unlock").status_code == 303
        assert visitor.sign_in(someone).status_code == 303


def test_somebody_is_signed_out_everywhere(admin: Visitor, stack: Stack, someone: str) -> None:
    with visiting(stack, someone) as visitor:
        assert admin.post(f"/admin/accounts/{someone}/sign-out").status_code == 303
        assert not visitor.is_signed_in


def test_the_list_is_narrowed(admin: Visitor, someone: str) -> None:
    page = text_of(admin.get(f"/admin/accounts?q={someone}").text)
    assert someone in page
    assert "符合 1 个" in page
    assert someone not in text_of(admin.get("/admin/accounts?role=department").text)
    assert someone in text_of(admin.get("/admin/accounts?unit=laocheng&state=open").text)
    assert "没有符合条件的账号" in text_of(admin.get("/admin/accounts?q=nobody-at-all").text)


def test_administrators_decide_nothing_and_read_every_page_in_english(admin: Visitor, officer: Caller) -> None:
    number = officer.open()["number"]
    answer = admin.http.post(
        f"/api/v1/cases/{number}/decisions",
        json={"kind": "note", "text": "x"},
        headers=admin.sent({"accept": "application/json"}),
    )
    assert answer.status_code == 403
    admin.post("/language", {"language": "en"})
    for path in ("/admin", "/admin/organisation", "/admin/accounts", "/admin/policies", "/admin/calendar"):
        page = admin.get(path)
        assert page.status_code == 200
        assert "Administration" in text_of(page.text)
    admin.post("/language", {"language": "zh-CN"})


def test_the_system_page_says_what_answers_and_where_the_chains_stand(admin: Visitor) -> None:
    page = text_of(admin.get("/admin").text)
    for words in ("能否办事", "正常", "工作进程", "事件日志", "访问记录", newest(), "PostgreSQL", "老城社区"):
        assert words in page
