"""One's own account: sessions, the password, the post one acts in; and what ends with what."""

from __future__ import annotations

import re
import uuid

import pytest

from services.passwords import is_easy
from store.accounts import Post
from tests.support.accounts import added, disabled
from tests.support.console import Visitor, text_of, visiting
from tests.support.stack import Caller, Stack

NEW = "牡丹花园的电梯终于修好了 2026"


def _token(stack: Stack, name: str, password: str = "nancheng") -> Caller:
    with stack.calling() as caller:
        answer = caller.post("/token", {"username": name, "password": password})
        assert answer.status_code == 200, answer.text
        token = answer.json()["access_token"]
    return Caller(caller.http, {"authorization": f"Bearer {token}"})


def _is_good(stack: Stack, program: Caller) -> bool:
    with stack.calling() as caller:
        return caller.get("/organisation", program.headers).status_code == 200


def test_another_password_ends_every_other_session_and_every_token(stack: Stack) -> None:
    name = added(stack, Post("supervisor", None))
    program = _token(stack, name)
    with visiting(stack, name) as here, visiting(stack, name) as elsewhere:
        _second_passes()
        changed = here.post("/account/password", {"old": "nancheng", "new": NEW})
        assert (changed.status_code, changed.headers["location"]) == (303, "/account")
        assert "密码已修改" in text_of(here.get("/account").text)
        assert "密码已修改" not in text_of(here.get("/account").text)
        assert here.is_signed_in
        assert not elsewhere.is_signed_in
    assert not _is_good(stack, program)
    assert _is_good(stack, _token(stack, name, NEW))
    with visiting(stack) as visitor:
        assert visitor.sign_in(name).status_code == 401


def _second_passes() -> None:
    """A token is issued to the second: the next thing happens in a later one."""
    import time

    began = int(time.time())
    while int(time.time()) == began:
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wrong", NEW, "现在的密码不对"),
        ("nancheng", "short", "至少 12 个字符"),
        ("nancheng", "aaaaaaaaaaaaaa", "太容易被猜到"),
        ("nancheng", "nancheng-hongxiu", "太容易被猜到"),
        ("nancheng", "password1234567", "太容易被猜到"),
        ("nancheng", "", "必填"),
    ],
)
def test_a_password_that_will_not_do_is_told_on_the_form(stack: Stack, old: str, new: str, said: str) -> None:
    with visiting(stack, added(stack, Post("supervisor", None))) as visitor:
        answer = visitor.post("/account/password", {"old": old, "new": new})
        assert answer.status_code == 422
        assert said in answer.text
        assert not new or new not in answer.text


def test_a_password_is_easy_for_who_knows_whose_it_is() -> None:
    assert is_easy("someone-1a2b3c4d", "someone-1a2b3c4d")
    assert not is_easy(NEW, "someone-1a2b3c4d")
    assert not is_easy("correct horse battery staple", "someone")


def test_sessions_are_listed_and_ended_one_by_one_or_all_at_once(stack: Stack) -> None:
    name = added(stack, Post("supervisor", None))
    program = _token(stack, name)
    with visiting(stack, name) as here, visiting(stack, name) as phone, visiting(stack, name) as library:
        page = here.get("/account").text
        others = re.findall(r"/account/sessions/(\d+)/end", page)
        assert len(others) == 2
        assert here.post(f"/account/sessions/{others[0]}/end").status_code == 303
        assert [phone.is_signed_in, library.is_signed_in].count(True) == 1
        with visiting(stack, "supervisor") as stranger:
            assert stranger.post(f"/account/sessions/{others[1]}/end").status_code == 404
        _second_passes()
        here.post("/account/sessions/end")
        assert not phone.is_signed_in
        assert not library.is_signed_in
        assert here.is_signed_in
    assert not _is_good(stack, program)


def test_signing_in_gives_a_new_cookie_and_ends_the_session_that_it_replaces(stack: Stack) -> None:
    name = added(stack, Post("supervisor", None))
    with visiting(stack, name) as visitor:
        before = dict(visitor.cookies)
        visitor.sign_in(name)
        assert visitor.cookies != before
        assert Visitor(visitor.http, cookies=before).get("/").status_code == 303
        visitor.cookies = {"__Host-hongxiu": "chosen-by-somebody-else"}
        visitor.sign_in(name)
        assert visitor.cookies["__Host-hongxiu"] != "chosen-by-somebody-else"


def test_one_who_holds_two_posts_switches_between_them(stack: Stack, officer: Caller) -> None:
    number = officer.open()["number"]
    name = added(stack, Post("officer", "gulou-yuan"), Post("officer", "mudan-garden"))
    with visiting(stack, name) as visitor:
        assert visitor.get(f"/cases/{number}").status_code == 403
        answer = visitor.post("/account/capacity", {"capacity": "officer:mudan-garden", "back": f"/cases/{number}"})
        assert answer.headers["location"] == f"/cases/{number}"
        assert visitor.get(f"/cases/{number}").status_code == 200
        assert "牡丹花园 · 经办人" in visitor.get("/").text
        assert visitor.post("/account/capacity", {"capacity": "officer:laocheng"}).status_code == 422


def test_a_disabled_account_loses_its_sessions(stack: Stack) -> None:
    name = added(stack, Post("supervisor", None))

    with visiting(stack, name) as visitor:
        assert visitor.is_signed_in
        disabled(stack, name)
        assert not visitor.is_signed_in


def test_a_name_is_locked_after_ten_failures_wherever_they_come_from(stack: Stack) -> None:
    name = added(stack, Post("supervisor", None))
    with visiting(stack) as visitor:
        for guess, who in enumerate([name, f"nobody-{uuid.uuid4().hex[:8]}"]):
            tried = []
            for attempt in range(11):
                asked = {"username": who, "password": "wrong"}
                tried.append(visitor.post("/sign-in", asked, {"x-forwarded-for": f"203.0.113.{guess * 20 + attempt}"}))
            assert [answer.status_code for answer in tried] == [401] * 10 + [429]
            assert 0 < int(tried[-1].headers["retry-after"]) <= 900
        assert visitor.sign_in(name).status_code == 429
    with stack.calling() as program:
        assert program.post("/token", {"username": name, "password": "nancheng"}).json()["code"] == "too_many_attempts"


def test_a_sign_in_that_succeeds_forgets_the_failures(stack: Stack) -> None:
    name = added(stack, Post("supervisor", None))
    with visiting(stack) as visitor:
        for round_ in range(3):
            for attempt in range(5):
                address = {"x-forwarded-for": f"198.51.100.{round_ * 5 + attempt}"}
                assert visitor.post("/sign-in", {"username": name, "password": "wrong"}, address).status_code == 401
            assert visitor.sign_in(name).status_code == 303
