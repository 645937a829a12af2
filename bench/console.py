"""The console among many cases: how long pages take while a whole office looks, how soon one officer's decision is on
another's screen, and what a page weighs.

Users are signed in by a session, on a connection of their own, and look at a page after a pause, as people do.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from urllib.parse import urlencode

import httpx

from api.sign_in.sessions import COOKIE
from bench.figures import Row, at_most, percentile
from bench.lists import fill
from bench.sizes import Sizes
from bench.stack import PASSWORD, Stack
from bench.wire import Wire
from console.frame.assets import assets
from store.accounts import Accounts, Post, hash_password
from store.cases import CaseList

PART = "console"
SOON, AT_ONCE, LIGHT = at_most(150, "ms"), at_most(500, "ms"), at_most(150, "KB")
_PAUSE = (0.5, 2.5)
"""Seconds that somebody reads before they look at the next page."""
_PLACES: dict[str, tuple[str, ...]] = {
    "the list": (
        "/cases",
        "/cases?overdue=1",
        "/cases?sort=newest",
        "/cases?sort=longest",
        "/cases?stage=action&category=lift",
        "/cases?tier=community",
        "/cases?mine=1",
        f"/cases?{urlencode({'q': '电梯'})}",
        "/cases?status=closed",
        "/cases?status=all&category=water",
    ),
    "the board": ("/cases/board", "/cases/board?tier=community", "/cases/board?mine=1", "/cases/board?category=lift"),
    "my work": ("/",),
}


async def measure(stack: Stack, sizes: Sizes) -> list[Row]:
    """Every page for every kind of post; then live news; then weights."""
    await fill(stack, sizes.listed)
    await stack.start_temporal()
    await stack.start_worker()
    token = await stack.start_api()
    cookies = await _office(stack, sizes.users)
    taken: dict[str, list[float]] = {place: [] for place in _PLACES}
    key: list[float] = []
    users = [_look_around(stack, cookie, sizes.looks, n, taken) for n, cookie in enumerate(cookies)]
    await asyncio.gather(*users, _read_by_key(stack, sizes.looks, key))
    among = f"among {sizes.listed:,}, {sizes.users} users"
    rows = [row for place, seconds in taken.items() for row in _rows(f"{place} {among}", seconds, key)]
    rows += await _news(stack, sizes.news, token, cookies[0])
    return [*rows, *await _weights(stack, cookies[0])]


def _rows(what: str, seconds: Sequence[float], key: Sequence[float]) -> list[Row]:
    against = "read of one by its key"
    return [
        Row(
            part=PART,
            what=f"{what}: p{share * 100:.0f}",
            unit="ms",
            ours=percentile(seconds, share) * 1000,
            baseline=percentile(key, share) * 1000,
            against=against,
            aim=SOON if share > 0.9 else None,
        )
        for share in (0.5, 0.99)
    ]


# ---------------------------------------------------------------- the office


async def _office(stack: Stack, users: int) -> list[str]:
    """So many who are signed in, the alliance's officer first: their cookies."""
    organisation, accounts, hashed = stack.rules.organisation, Accounts(stack.pool), hash_password(PASSWORD)
    posts = [
        Post("officer", organisation.alliance.id),
        Post("supervisor", None),
        Post("department", "urban"),
        *(Post("officer", unit.id) for unit in organisation.units_at("community")),
        *(Post("officer", estate.id) for estate in organisation.estates),
    ]
    base = f"http://127.0.0.1:{stack.settings.api_port}"
    cookies = []
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=60) as http:
        for n in range(users):
            name = f"bench-{n}"
            await accounts.put(name, hashed, [posts[n % len(posts)]])
            cookies.append(await _sign_in(http, name))
    return cookies


async def _sign_in(http: httpx.AsyncClient, name: str) -> str:
    headers = {"sec-fetch-site": "same-origin"}
    answer = await http.post("/sign-in", data={"username": name, "password": PASSWORD}, headers=headers)
    http.cookies.clear()
    found = [line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{COOKIE}=")]
    return found[-1].partition(";")[0]  # the one before ends the session that there was


async def _look_around(stack: Stack, cookie: str, looks: int, seed: int, taken: dict[str, list[float]]) -> None:
    """One user: pages by chance, the same each time; the first of each place warms up and does not count."""
    chance = random.Random(seed)
    wire = await Wire.connect(stack.settings.api_port, "", cookie)
    for paths in _PLACES.values():
        await wire.ask("GET", paths[0])
    for _ in range(looks):
        place = chance.choice(list(_PLACES))
        await asyncio.sleep(chance.uniform(*_PAUSE))
        seconds = await _timed(partial(wire.ask, "GET", chance.choice(_PLACES[place])))
        taken[place].append(seconds)
    await wire.close()


async def _read_by_key(stack: Stack, times: int, taken: list[float]) -> None:
    """The baseline, meanwhile."""
    cases = CaseList(stack.pool)
    for _ in range(times):
        await asyncio.sleep(0.5)
        taken.append(await _timed(partial(cases.get, "LB-2026-000042")))


async def _timed(ask: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await ask()
    return time.perf_counter() - began


# ---------------------------------------------------------------- news


async def _news(stack: Stack, times: int, token: str, cookie: str) -> list[Row]:
    """From the click on one officer's form to the new page at another's, who hears of it and fetches it anew."""
    number = await _opened(stack, token)
    one, other = [await Wire.connect(stack.settings.api_port, "", cookie) for _ in range(2)]
    heard: list[float] = []
    shown: list[float] = []
    base = f"http://127.0.0.1:{stack.settings.api_port}"
    async with (
        httpx.AsyncClient(base_url=base, trust_env=False, timeout=60, headers={"cookie": cookie}) as http,
        http.stream("GET", "/api/v1/stream") as stream,
    ):
        lines = stream.aiter_lines()
        for n in range(times):
            page = (await one.ask("GET", f"/cases/{number}")).decode()
            form = {"kind": "note", "text": f"第 {n} 次", "key": uuid.uuid4().hex, "version": _version(page)}
            began = time.perf_counter()
            sent = asyncio.create_task(one.ask("POST", f"/cases/{number}/decisions", urlencode(form).encode()))
            async for line in lines:
                if line.startswith("data:") and number in line:
                    break
            heard.append(time.perf_counter() - began)
            await other.ask("GET", f"/cases/{number}")
            shown.append(time.perf_counter() - began)
            await sent
    await one.close()
    await other.close()
    return [
        Row(
            part=PART,
            what=f"a decision heard of by another: p{share * 100:.0f}",
            unit="ms",
            ours=percentile(seconds, share) * 1000,
            aim=aim,
        )
        for seconds, share, aim in ((heard, 0.5, None), (heard, 0.99, None))
    ] + [
        Row(
            part=PART,
            what=f"a decision on another's screen: p{share * 100:.0f}",
            unit="ms",
            ours=percentile(shown, share) * 1000,
            baseline=percentile(heard, share) * 1000,
            against="until it is heard",
            aim=AT_ONCE,
        )
        for share in (0.5, 0.99)
    ]


async def _opened(stack: Stack, token: str) -> str:
    """A case that is filed as officers file one."""
    new = {
        "estate": stack.rules.organisation.estates[0].id,
        "category": "lift",
        "title": "3号楼电梯反复停在两层之间",
        "description": "本周第三次",
        "channel": "phone",
    }
    wire = await Wire.connect(stack.settings.api_port, token)
    opened = json.loads(await wire.ask("POST", "/api/v1/cases", json.dumps(new).encode(), uuid.uuid4().hex))
    await wire.close()
    return str(opened["number"])


def _version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    return found[1] if found else "1"


# ---------------------------------------------------------------- weights


async def _weights(stack: Stack, cookie: str) -> list[Row]:
    """The heaviest page of each place, with the style sheet and the script as they are sent."""
    wire = await Wire.connect(stack.settings.api_port, "", cookie)
    files = sum(len(assets()[name].packed) for name in ("hongxiu.css", "hongxiu.js"))
    rows = []
    for place, paths in _PLACES.items():
        heaviest = max([len(await wire.ask("GET", path)) for path in paths])
        rows.append(
            Row(
                part=PART,
                what=f"weight of {place}",
                unit="KB",
                ours=(heaviest + files) / 1000,
                baseline=files / 1000,
                against="what all pages share",
                aim=LIGHT,
            )
        )
    await wire.close()
    return rows
