"""Sign-in, capacities, and tokens that are good no longer."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from store.accounts import Accounts, Post, hash_password
from store.database import connect
from tests.support.stack import Caller, Stack


def _add(stack: Stack, *posts: Post, disabled: bool = False) -> str:
    name = f"someone-{uuid.uuid4().hex[:8]}"

    async def add() -> None:
        pool = await connect(stack.settings.database())
        accounts = Accounts(pool)
        await accounts.put(name, hash_password("nancheng"), posts)
        await accounts.set_disabled(name, disabled)
        await pool.close()

    asyncio.run(add())
    return name


def _sign_in(caller: Caller, username: str, password: str = "nancheng", **more: str) -> dict[str, object]:
    answer: dict[str, object] = caller.post("/token", {"username": username, "password": password, **more}).json()
    return answer


@pytest.mark.parametrize("username", ["estate-mudan-garden", "community-laocheng", "dept-urban", "supervisor", "admin"])
def test_the_sample_accounts_sign_in(username: str, nobody: Caller) -> None:
    answer = _sign_in(nobody, username)
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 8 * 3600)


def test_wrong_passwords_and_unknown_accounts_are_told_alike_and_slowed_down(nobody: Caller) -> None:
    name = f"nobody-{uuid.uuid4().hex[:8]}"
    answers = [nobody.post("/token", {"username": name, "password": "x"}) for _ in range(9)]
    assert [answer.json()["code"] for answer in answers] == ["bad_credentials"] * 8 + ["too_many_attempts"]
    assert answers[0].headers["www-authenticate"] == "Bearer"
    assert "retry-after" in answers[-1].headers


def test_one_with_two_posts_acts_in_one_named_capacity(nobody: Caller, estate: Caller, stack: Stack) -> None:
    name = _add(stack, Post("officer", "laocheng"), Post("officer", "mudan-garden"))
    assert _sign_in(nobody, name)["capacity"] == {"role": "officer", "unit": "laocheng"}
    for capacity in ("mudan-garden", "officer:mudan-garden"):
        signed_in = _sign_in(nobody, name, capacity=capacity)
        assert signed_in["capacity"] == {"role": "officer", "unit": "mudan-garden"}
    assert _sign_in(nobody, name, capacity="nancheng")["code"] == "unknown_capacity"
    number = estate.open()["number"]
    acting = Caller(nobody.http, {"authorization": f"Bearer {signed_in['access_token']}"})
    acting.decide(number, "note", text="以小区身份")
    actor = estate.get(f"/cases/{number}/events").json()["items"][-1]["actor"]
    assert actor == {"id": name, "role": "officer", "unit": "mudan-garden"}


def test_a_disabled_account_cannot_sign_in(nobody: Caller, stack: Stack) -> None:
    assert _sign_in(nobody, _add(stack, Post("supervisor", None), disabled=True))["code"] == "bad_credentials"


def test_a_token_of_the_second_before_is_dead_and_nothing_revives_it(nobody: Caller, stack: Stack) -> None:
    name = _add(stack, Post("supervisor", None))
    with stack.calling("admin") as admin:

        def made() -> dict[str, str]:
            return {"authorization": f"Bearer {_sign_in(nobody, name)['access_token']}"}

        def good(token: dict[str, str]) -> bool:
            return nobody.get("/organisation", token).status_code == 200

        signed_out, shut = made(), None
        assert admin.post(f"/admin/accounts/{name}/sign-out").status_code == 200
        assert not good(signed_out)
        shut = made()
        assert good(shut)
        assert admin.post(f"/admin/accounts/{name}/disable").status_code == 200
        assert admin.post(f"/admin/accounts/{name}/enable").status_code == 200
        assert not good(shut)
        assert good(made())
        reset = made()
        assert admin.post(f"/admin/accounts/{name}/password").status_code == 200
        assert not good(reset)


@pytest.mark.filterwarnings("ignore:The HMAC key is")
def test_only_a_token_of_ours_for_a_post_that_is_held_is_good(nobody: Caller, stack: Stack) -> None:
    secret = stack.settings.secret()
    now = datetime.now(UTC)
    good = {"sub": "alliance", "role": "officer", "unit": "nancheng", "iat": now, "exp": now + timedelta(hours=1)}

    def answered(claims: dict[str, object], key: bytes = secret, algorithm: str = "HS256") -> int:
        token = jwt.encode(claims, key, algorithm)
        return nobody.get("/organisation", {"authorization": f"Bearer {token}"}).status_code

    assert answered(good) == 200
    for claims in (
        {**good, "exp": datetime.now(UTC) - timedelta(seconds=1)},
        {name: value for name, value in good.items() if name != "iat"},
        {**good, "role": "system"},
        {**good, "role": "administrator"},
        {**good, "unit": "laocheng"},
        {**good, "unit": {"a": 1}},
        {**good, "sub": "nobody"},
        {**good, "sub": "a\x00b"},
    ):
        assert answered(claims) == 401
    assert answered(good, b"another secret that is long enough.") == 401
    assert answered(good, algorithm="HS512") == 401
    for header in ("Bearer", "Bearer x.y.z", "Basic YTpi", "nonsense"):
        assert nobody.get("/organisation", {"authorization": header}).status_code == 401
