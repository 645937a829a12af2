"""Administration in a browser: every page sound, and an import with its dry run, by keyboard and file."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from store.accounts import Post
from tests.support.accounts import added
from tests.support.browser import Browsing, each_look

pytestmark = pytest.mark.long

PATHS = {
    "system": "/admin",
    "organisation": "/admin/organisation",
    "accounts": "/admin/accounts",
    "account": "/admin/accounts/admin",
    "new-account": "/admin/new-account",
    "policies": "/admin/policies",
    "policy": "/admin/policies",
    "new-policy": "/admin/policies/new?kind=calendar",
    "calendar": "/admin/calendar?year=2026",
    "playbook": "/admin/playbooks/property_withdrawal",
}


@each_look
def test_every_page_of_administration_is_sound(browsing: Browsing, size: tuple[int, int], language: str) -> None:
    with browsing.look("admin", size=size, language=language) as look:
        for name, path in PATHS.items():
            page = look.go(path)
            if name == "policy":
                page.locator("main a[href^='/admin/policies/ladder/']").first.click()
            look.picture(f"admin-{name}-{size[0]}-{language}")
            look.must_be_sound()


def test_a_table_from_a_spreadsheet_is_imported_after_its_dry_run(browsing: Browsing, tmp_path: Path) -> None:
    with browsing.look("admin") as look:
        page = look.go("/admin/organisation")
        with page.expect_download() as downloading:
            page.get_by_role("link", name="units.csv").click()
        file = tmp_path / "units.csv"
        text = Path(downloading.value.path()).read_text("utf-8-sig")
        name = f"联合新家属院{time.time_ns() % 1000}"
        file.write_bytes(re.sub(r"(?<=lianhe-jiashu,)[^,]+", name, text).encode("gb18030"))
        page.get_by_role("link", name="导入或修改").click()
        page.get_by_label("上传文件").set_input_files(file)
        page.get_by_role("button", name="检查").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("检查结果")
        expect(page.locator(".changes")).to_contain_text(name)
        look.picture("admin-draft")
        look.must_be_sound()
        page.get_by_role("button", name="施行").click()
        expect(page.get_by_role("status")).to_contain_text("已施行")
        look.must_be_sound()
        look.go("/admin/organisation")
        expect(page.locator("#lianhe-jiashu")).to_contain_text(name)


def test_mistakes_are_shown_at_their_lines_and_the_text_stays(browsing: Browsing) -> None:
    with browsing.look("admin") as look:
        page = look.go("/admin/policies/new?kind=calendar&name=2026")
        field = page.get_by_label("或直接修改文本")
        wrong = re.sub("kind: off", "kind: free", field.input_value(), count=1)
        field.fill(wrong)
        page.get_by_role("button", name="检查").click()
        expect(page.get_by_role("alert")).to_contain_text("共 1 处错误")
        expect(page.locator(".code__wrong")).to_contain_text("kind: free")
        expect(page.get_by_label("或直接修改文本")).to_have_value(wrong)
        look.picture("admin-mistakes")
        # A page that answers 422 is told in the console by the browser itself.
        look.complaints.clear()
        look.must_be_sound()


def test_a_one_time_password_is_shown_once(browsing: Browsing) -> None:
    name = added(browsing.stack, Post("officer", "laocheng"))
    with browsing.look("admin") as look:
        page = look.go(f"/admin/accounts/{name}")
        page.on("dialog", lambda asked: asked.accept())
        page.get_by_role("button", name="重置密码").click()
        expect(page.locator(".secret__word")).to_have_text(re.compile(r"([a-z2-9]{4}-){3}[a-z2-9]{4}"))
        look.picture("admin-one-time")
        look.must_be_sound()
        look.go(f"/admin/accounts/{name}")
        expect(page.locator(".secret__word")).to_have_count(0)
