"""Accounts and signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from store.accounts import Account, Accounts, Post, hash_password
from store.sessions import SessionTable

if TYPE_CHECKING:
    from store.database import Pool

POSTS = (Post("community", "laocheng"), Post("alliance", "nancheng"), Post("supervisor", None))


@pytest.fixture
def accounts(pool: Pool) -> Accounts:
    return Accounts(pool)


async def test_one_signs_in_with_the_right_password_only(accounts: Accounts) -> None:
    await accounts.put("wang", hash_password("红绣匠"), POSTS)
    assert await accounts.sign_in("wang", "红绣匠") == Account("wang", POSTS, disabled=False)
    assert await accounts.sign_in("wang", "红绣") is None
    assert await accounts.sign_in("li", "红绣匠") is None


@pytest.mark.parametrize("odd", ["", "a\x00b", "\ud800", "x" * 100_000])
async def test_odd_names_and_passwords_are_simply_wrong(accounts: Accounts, odd: str) -> None:
    await accounts.put("wang", hash_password("nancheng"), POSTS)
    assert await accounts.sign_in("wang", odd) is None
    assert await accounts.sign_in(odd, "nancheng") is None


async def test_a_disabled_account_does_not_sign_in(accounts: Accounts) -> None:
    await accounts.put("wang", hash_password("nancheng"), POSTS)
    assert await accounts.set_disabled("wang", True)
    assert await accounts.sign_in("wang", "nancheng") is None
    assert await accounts.set_disabled("wang", False)
    assert await accounts.sign_in("wang", "nancheng") is not None
    assert not await accounts.set_disabled("li", True)


async def test_the_sample_accounts_do_not_replace_those_that_are_there(accounts: Accounts) -> None:
    await accounts.put("admin", hash_password("mine"), [Post("administrator", None)])
    sample = [("admin", []), ("estate-mudan", [Post("estate", "mudan")])]
    await accounts.add_missing(sample, hash_password("nancheng"))
    assert [account.id for account in await accounts.all()] == ["admin", "estate-mudan"]
    assert await accounts.sign_in("admin", "mine") is not None
    assert await accounts.sign_in("estate-mudan", "nancheng") is not None


async def test_a_password_and_posts_can_be_changed(accounts: Accounts) -> None:
    await accounts.put("wang", hash_password("old"), POSTS)
    await accounts.put("wang", hash_password("new"), POSTS[:1])
    assert await accounts.sign_in("wang", "old") is None
    assert await accounts.sign_in("wang", "new") == await accounts.get("wang")
    found = await accounts.get("wang")
    assert found is not None
    assert (found.posts, found.disabled, bool(found.generation)) == (POSTS[:1], False, True)


async def test_what_ends_an_accounts_tokens_and_what_does_not(accounts: Accounts) -> None:
    async def generation() -> str:
        account = await accounts.get("wang")
        assert account is not None
        return account.generation

    await accounts.put("wang", hash_password("old"), POSTS)
    seen = [await generation()]
    await accounts.set_posts("wang", [*POSTS, Post("supervisor", None)])
    assert await generation() == seen[0]
    await accounts.set_posts("wang", POSTS[:1])
    seen.append(await generation())
    await accounts.set_posts("wang", POSTS)  # nothing comes back with a post
    assert await generation() == seen[1]
    await accounts.set_disabled("wang", True)
    seen.append(await generation())
    await accounts.set_disabled("wang", False)
    assert await generation() == seen[2]
    await accounts.set_password("wang", hash_password("new"))
    seen.append(await generation())
    assert len(set(seen)) == 4


async def test_a_session_in_a_post_that_is_taken_away_does_not_come_back_with_it(
    accounts: Accounts, pool: Pool
) -> None:
    await accounts.put("wang", hash_password("old"), POSTS)
    sessions, hour = SessionTable(pool), timedelta(hours=1)
    for n, post in enumerate(POSTS):
        await sessions.begin(f"digest-{n}", "wang", post, "password", lasts=hour, agent="", address="")
    await accounts.set_posts("wang", POSTS[:1])
    await accounts.set_posts("wang", POSTS)
    assert [session.digest for session in await sessions.of("wang", idle=hour)] == ["digest-0"]
