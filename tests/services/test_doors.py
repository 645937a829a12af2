"""Whatever door policies come through, an estate with an open case is not taken away."""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stack.errors import StackError
from stack.prepare import prepare
from tests.cli.conftest import clean_environment, hongxiu
from tests.support.accounts import apart
from tests.support.console import text_of, visiting
from tests.support.stack import Caller, Stack

ESTATE = "anju-yuan"
"""Of which no other module has cases."""
CODE = "unit_has_open_cases"


@pytest.fixture
def folder(stack: Stack, tmp_path: Path) -> Path:
    """The policies in force, and the organisation without the estate, which has an open case."""
    with stack.calling(f"estate-{ESTATE}") as officer:
        officer.open(estate=ESTATE)
    with stack.calling("admin") as admin:
        text = admin.get("/admin/organisation.yaml").text
    entry = re.search(rf"        - id: {ESTATE}\n(          .*\n)+", text)
    assert entry is not None
    less = re.sub(
        r"^version: .*$", f'version: "{time.time_ns()}"', text.replace(entry[0], ""), count=1, flags=re.MULTILINE
    )
    found = Path(shutil.copytree(stack.settings.policies, tmp_path / "policies"))
    (found / "organisation.yaml").write_text(less, "utf-8")
    return found


def at_the_console(stack: Stack, folder: Path) -> str:
    text = (folder / "organisation.yaml").read_text("utf-8")
    with visiting(stack, "admin") as admin:
        draft = admin.post("/admin/policies/check", {"kind": "organisation", "text": text})
        assert f"不能撤销：{ESTATE}" in text_of(draft.text)
        (form,) = re.findall(r'action="/admin/policies/load">(.*?)</form>', draft.text, re.DOTALL)
        fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
        refused = admin.post("/admin/policies/load", fields)
    assert refused.status_code == 409
    return text_of(refused.text)


def over_http(stack: Stack, folder: Path) -> str:
    text = (folder / "organisation.yaml").read_text("utf-8")
    with stack.calling("admin") as admin:
        draft = admin.post("/admin/policies/check", {"kind": "organisation", "files": {"organisation.yaml": text}})
        assert draft.json()["refused"] == [CODE]
        answer = load(admin, text, draft.json()["basis"])
    assert answer[0] == 409
    return answer[1]


def load(admin: Caller, text: str, basis: str) -> tuple[int, str]:
    answer = admin.post("/admin/policies", {"kind": "organisation", "text": text, "after": basis})
    return answer.status_code, str(answer.json())


def by_command(*command: str) -> Callable[[Stack, Path], str]:
    def door(stack: Stack, folder: Path) -> str:
        env = clean_environment(**stack.settings.environment())
        ran = hongxiu(*command, str(folder), "--json", env=env)
        assert ran.code == 2, ran
        assert [one["code"] for one in ran.json["refused"]] == [CODE]
        assert not ran.json["loaded"]
        return ran.err

    return door


def at_a_start(stack: Stack, folder: Path) -> str:
    settings = stack.settings.model_copy(update={"policies": folder})
    with pytest.raises(StackError) as refused:
        asyncio.run(prepare(settings))
    return str(refused.value)


DOORS: dict[str, Callable[[Stack, Path], str]] = {
    "the console": at_the_console,
    "HTTP": over_http,
    "policy check": by_command("policy", "check"),
    "policy load": by_command("policy", "load"),
    "a start": at_a_start,
}


@pytest.mark.parametrize("door", DOORS)
def test_an_estate_with_an_open_case_is_not_taken_away_through(door: str, stack: Stack, folder: Path) -> None:
    with stack.calling("admin") as admin:
        before = admin.get("/admin/policies").json()
        assert ESTATE in DOORS[door](stack, folder)
        assert admin.get("/admin/policies").json() == before
        assert f"id: {ESTATE}\n" in admin.get("/admin/organisation.yaml").text


def test_a_folder_of_another_place_is_refused_at_every_door_that_takes_folders(stack: Stack, folder: Path) -> None:
    organisation = folder / "organisation.yaml"
    text = organisation.read_text("utf-8").replace("  id: nancheng\n", "  id: beicheng\n", 1)
    organisation.write_text(text, "utf-8")
    accounts = apart(number_of_accounts(stack))
    words = at_a_start(stack, folder)
    assert "organisation beicheng" in words
    assert "HONGXIU_DATA" in words
    for command in ("check", "load"):
        ran = hongxiu(
            "policy", command, str(folder), "--lang", "en", env=clean_environment(**stack.settings.environment())
        )
        assert ran.code == 2
        assert "another place" in ran.err
    assert apart(number_of_accounts(stack)) == accounts


async def number_of_accounts(stack: Stack) -> int:
    from store.accounts import Accounts
    from store.database import connect

    pool = await connect(stack.settings.database())
    try:
        return len(await Accounts(pool).all())
    finally:
        await pool.close()
