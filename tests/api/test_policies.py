"""Policies over HTTP: a dry run, and what it was made against."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.support.stack import Caller


def organisation(admin: Caller, *replaced: tuple[str, str]) -> str:
    """The organisation in force as its next version, with changes."""
    text = admin.get("/admin/organisation.yaml").text
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    return re.sub(r"^version: .*$", f'version: "{time.time_ns()}"', text, count=1, flags=re.MULTILINE)


def calendar(year: int, version: str = "1") -> str:
    day = f"{{date: {year}-01-03, kind: off, name: {{zh: 元旦, en: New Year}}, notice: n}}"
    return f"version: '{version}'\nyear: {year}\ndays:\n  - {day}\n"


def check(admin: Caller, kind: str, text: str) -> dict[str, Any]:
    answer = admin.post("/admin/policies/check", {"kind": kind, "files": {"file.yaml": text}})
    assert answer.status_code == 200, answer.text
    draft: dict[str, Any] = answer.json()
    return draft


def load(admin: Caller, kind: str, text: str, basis: str) -> Any:
    return admin.post("/admin/policies", {"kind": kind, "text": text, "after": basis})


def test_a_policy_comes_into_force_after_its_dry_run_and_once(admin: Caller) -> None:
    text = organisation(admin, ("en: Lifts", "en: Elevators"))
    draft = check(admin, "organisation", text)
    assert (draft["state"], draft["refused"]) == ("new", [])
    answer = load(admin, "organisation", text, draft["basis"])
    assert answer.status_code == 201, answer.text
    assert answer.json()["version"] == draft["version"]
    again = check(admin, "organisation", text)
    assert again["state"] == "in_force"
    assert again["base"] == f"nancheng@{draft['version']}"
    assert load(admin, "organisation", text, draft["basis"]).status_code == 201  # the same request again


@pytest.mark.long
def test_of_many_mistakes_some_are_named_and_the_others_counted(admin: Caller) -> None:
    text = "".join(f"k{n}: 1\n" for n in range(22_000))
    for kind in ("ladder", "organisation", "calendar", "playbook"):
        answer = admin.post("/admin/policies/check", {"kind": kind, "files": {"file.yaml": text}})
        assert (answer.status_code, answer.json()["code"]) == (422, "policy_invalid")
        assert len(answer.json()["errors"]) == 201
        assert "more mistakes" in answer.json()["errors"][-1]["message"] or "处错误" in answer.text


def test_whatever_came_into_force_since_the_dry_run_has_it_made_again(admin: Caller) -> None:
    text = organisation(admin, ("en: Noise", "en: Noises"))
    draft = check(admin, "organisation", text)
    other = calendar(2871)
    assert load(admin, "calendar", other, draft["basis"]).status_code == 201
    refused = load(admin, "organisation", text, draft["basis"])
    assert (refused.status_code, refused.json()["code"]) == (412, "policy_moved_on")
    assert refused.json()["params"] == {"current": ["calendar 2871@1"]}
    assert load(admin, "organisation", text, check(admin, "organisation", text)["basis"]).status_code == 201


def test_a_past_version_is_told_how_to_come_back(admin: Caller) -> None:
    for version in ("1", "2"):
        text = calendar(2872, version)
        assert load(admin, "calendar", text, check(admin, "calendar", text)["basis"]).status_code == 201
    draft = check(admin, "calendar", calendar(2872))
    assert (draft["state"], draft["refused"]) == ("superseded", ["policy_superseded"])
    refused = load(admin, "calendar", calendar(2872), draft["basis"])
    assert (refused.status_code, refused.json()["code"]) == (409, "policy_superseded")


def test_another_places_organisation_is_refused(admin: Caller) -> None:
    text = organisation(admin, ("  id: nancheng\n", "  id: beicheng\n"))
    draft = check(admin, "organisation", text)
    assert draft["refused"] == ["policies_of_another_place"]
    refused = load(admin, "organisation", text, draft["basis"])
    assert (refused.status_code, refused.json()["code"]) == (409, "policies_of_another_place")


def test_a_mistake_is_told_in_the_callers_language(admin: Caller) -> None:
    text = calendar(2873).replace("2873-01-03", "2874-01-03")
    for language, said in (("zh-CN", "2874-01-03 不在 2873 年"), ("en", "2874-01-03 is not in 2873")):
        refused = admin.post(
            "/admin/policies/check", {"kind": "calendar", "files": {"f": text}}, accept_language=language
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "policy_invalid")
        assert [one["message"] for one in refused.json()["errors"]] == [said]
