"""Sign-in at an OpenID Connect provider: a conforming one, that runs beside an API which is set up for it."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread

from stack.ports import free_port
from stack.process import Child
from tests.support.browser import Browsing
from tests.support.console import Visitor
from tests.support.stack import PATIENCE, REPOSITORY, Stack

PEOPLE = [
    User(sub="1", claims={"preferred_username": "community-laocheng"}),
    User(sub="2", claims={"preferred_username": "nobody-here"}),
    User(sub="3", claims={"name": "without the claim"}),
    User(sub="4", claims={"preferred_username": "supervisor"}),
]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Its issuer."""
    with run_server_in_thread(require_nonce=True, user_claims=PEOPLE) as server:
        yield f"http://localhost:{server.server_port}"


@contextmanager
def _serving(stack: Stack, folder: Path, **changes: object) -> Iterator[Visitor]:
    """Another API of the stack, set up so."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = stack.settings.model_copy(update={"api_port": port, "public_url": address, **changes})
    env = {**os.environ, **settings.environment(), "PYTHONUTF8": "1", "NO_PROXY": "localhost,127.0.0.1"}
    api = Child("api", [sys.executable, "-m", "server"], log_file=folder / "api.log", env=env, cwd=REPOSITORY)
    api.launch()
    try:
        with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE) as http:
            _await(http, api)
            yield Visitor(http)
    finally:
        api.stop(10)


def _await(http: httpx.Client, api: Child) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and api.running:
        try:
            if http.get("/readyz").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the API was not ready:\n{api.log_tail()}")


@pytest.fixture(scope="module")
def at_provider(stack: Stack, provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Somebody at the API that is set up for the provider."""
    folder = tmp_path_factory.mktemp("oidc")
    (folder / "secret").write_text("shared\n")
    set_up = {"oidc_issuer": provider, "oidc_client_id": "hongxiu", "oidc_client_secret_file": folder / "secret"}
    with _serving(stack, folder, **set_up) as visitor:
        yield visitor


@pytest.fixture
def visitor(at_provider: Visitor) -> Visitor:
    """The same, without any cookie."""
    at_provider.cookies.clear()
    return at_provider


def _asked(visitor: Visitor, next: str = "") -> str:
    """Where the provider is asked."""
    answer = visitor.get(f"/sign-in/oidc?next={next}")
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def _authorised(asked: str, sub: str) -> str:
    """The provider's answer, once somebody has signed in there: where it sends the browser back to."""
    answer = httpx.post(asked, data={"sub": sub}, trust_env=False)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def test_somebody_signs_in_at_the_provider_and_goes_on_where_they_were(visitor: Visitor) -> None:
    assert "统一认证登录" in visitor.get("/sign-in").text
    asked = _asked(visitor, "/account")
    query = parse_qs(urlsplit(asked).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    assert query["scope"] == ["openid profile"]
    assert {"state", "nonce", "code_challenge"} <= query.keys()
    answer = visitor.get(_authorised(asked, "1"), {"sec-fetch-site": "cross-site"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert set(visitor.cookies) == {"__Host-hongxiu"}
    page = visitor.get("/account").text
    assert "community-laocheng" in page
    assert "统一认证" in page


@pytest.mark.parametrize(("sub", "status", "said"), [("2", 403, "没有对应的账号"), ("3", 401, "统一认证")])
def test_who_has_no_account_here_is_not_let_in(visitor: Visitor, sub: str, status: int, said: str) -> None:
    answer = visitor.get(_authorised(_asked(visitor), sub))
    assert answer.status_code == status
    assert said in answer.text
    assert "__Host-hongxiu" not in visitor.cookies


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(visitor: Visitor) -> None:
    back = _authorised(_asked(visitor), "1")
    kept = dict(visitor.cookies)
    visitor.cookies.clear()
    assert visitor.get(back).status_code == 401  # without what was remembered
    _asked(visitor)
    assert visitor.get(back).status_code == 401  # with another state
    visitor.cookies = {name: value[:-2] + "xx" for name, value in kept.items()}
    assert visitor.get(back).status_code == 401  # with what somebody else wrote
    visitor.cookies = dict(kept)
    assert visitor.get(re.sub("code=[^&]+", "code=guessed", back)).status_code == 401
    visitor.cookies = dict(kept)
    assert visitor.get(back).status_code == 303
    visitor.cookies = dict(kept)
    assert visitor.get(back).status_code == 401  # the code again
    assert visitor.get("/sign-in/oidc/callback?error=access_denied&state=x").status_code == 401


def test_nobody_is_sent_to_another_site_after_it(visitor: Visitor) -> None:
    answer = visitor.get(_authorised(_asked(visitor, "//evil.example"), "1"))
    assert answer.headers["location"] == "/"


class _Impostor(BaseHTTPRequestHandler):
    """Says that it is another provider."""

    def do_GET(self) -> None:
        body = b'{"issuer": "https://provider.example", "authorization_endpoint": "https://provider.example/a"}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.mark.long
def test_without_the_provider_the_password_is_left(stack: Stack, tmp_path: Path, nobody: Visitor) -> None:
    assert nobody.get("/sign-in/oidc").status_code == 404
    assert "统一认证" not in nobody.get("/sign-in").text
    with _serving(stack, tmp_path, oidc_issuer=f"http://localhost:{free_port()}", oidc_client_id="x") as visitor:
        assert visitor.get("/sign-in/oidc").status_code == 503
        assert visitor.sign_in("supervisor").status_code == 303


@pytest.mark.long
def test_a_provider_that_says_it_is_another_is_not_gone_to(stack: Stack, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Impostor) as impostor:
        threading.Thread(target=impostor.serve_forever, daemon=True).start()
        issuer = f"http://127.0.0.1:{impostor.server_port}"
        with _serving(stack, tmp_path, oidc_issuer=issuer, oidc_client_id="x") as visitor:
            assert visitor.get("/sign-in/oidc").status_code == 401
        impostor.shutdown()


@pytest.mark.long
def test_a_browser_goes_there_and_back(browsing: Browsing, visitor: Visitor) -> None:
    with browsing.look() as look:
        page = look.page
        page.goto(f"{visitor.http.base_url}/sign-in".replace("//sign-in", "/sign-in"))
        page.get_by_role("link", name="统一认证登录").click()
        page.locator("[name=sub][value='4'], button:has-text('4')").first.click()
        page.wait_for_url(re.compile(r"127\.0\.0\.1:\d+/$"))
        assert page.get_by_role("heading", level=1).inner_text() == "我的工作"
