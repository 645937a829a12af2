"""A request that changes something comes from our own pages, or is refused."""

from __future__ import annotations

import re

import pytest

from tests.support.console import Visitor
from tests.support.stack import Caller

_NOTE = {"content-type": "application/json"}


def _still_in(visitor: Visitor) -> bool:
    return visitor.is_signed_in


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_only_a_page_of_ours_signs_out(supervisor: Visitor, site: str) -> None:
    refused = supervisor.post("/sign-out", headers={"sec-fetch-site": site, "origin": "https://evil.example"})
    assert refused.status_code == 403
    assert supervisor.is_signed_in
    assert supervisor.post("/sign-out").status_code == 303
    assert not supervisor.is_signed_in


def test_without_fetch_metadata_the_form_carries_the_sessions_token(supervisor: Visitor, stack: object) -> None:
    old = {"sec-fetch-site": "", "sec-fetch-mode": ""}
    own = {**old, "origin": str(supervisor.http.base_url).rstrip("/")}
    token = re.findall(r'name="csrf" value="([0-9a-f]+)"', supervisor.get("/").text)[0]
    assert supervisor.post("/sign-out", headers=own).status_code == 403
    assert supervisor.post("/sign-out", {"csrf": "0" * 32}, headers=own).status_code == 403
    assert supervisor.post("/sign-out", {"csrf": token}, headers={**old, "origin": "null"}).status_code == 403
    assert supervisor.post("/sign-out", {"csrf": token}, headers=own).status_code == 303


def test_a_form_of_another_site_signs_nobody_in(nobody: Visitor) -> None:
    asked = {"username": "supervisor", "password": "nancheng"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "", "origin": "https://evil.example"}):
        assert nobody.post("/sign-in", asked, headers).status_code == 403
    assert not nobody.is_signed_in


def test_the_cookie_is_good_at_the_api_from_our_pages_only(officer: Caller, estate: Visitor) -> None:
    number = officer.open()["number"]
    assert estate.get(f"/api/v1/cases/{number}", {"accept": "application/json"}).status_code == 200
    path, body = f"/api/v1/cases/{number}/decisions", b'{"kind": "note", "text": "ok"}'

    def noted(**headers: str) -> int:
        sent = {**estate.sent({"content-type": "application/json"}), **headers}
        return estate.http.post(path, content=body, headers=sent).status_code

    assert noted(**{"sec-fetch-site": "cross-site"}) == 403
    assert noted() == 200
    token = re.findall(r'name="csrf" content="([0-9a-f]+)"', estate.get("/").text)[0]
    del estate.headers["sec-fetch-site"]
    assert noted() == 403
    assert noted(**{"x-csrf-token": token}) == 200


def test_a_cookie_counts_for_nothing_beside_an_authorization_header(estate: Visitor) -> None:
    for header in ("Bearer nonsense", "Basic YTpi"):
        assert estate.get("/api/v1/cases", {"authorization": header}).status_code == 401


def test_pages_take_forms_and_the_api_takes_json(estate: Visitor) -> None:
    assert estate.post("/api/v1/token", {"username": "a", "password": "b"}).status_code == 415
    sent = estate.sent({"content-type": "application/json"})
    assert estate.http.post("/language", content=b"{}", headers=sent).status_code == 415
    multipart = estate.sent({"content-type": "multipart/form-data; boundary=x"})
    assert estate.http.post("/language", content=b"--x--", headers=multipart).status_code == 415
    assert estate.post("/language", {"language": "en", "more": "x"}).status_code == 400
    assert estate.post("/language", [("language", "en"), ("language", "en")]).status_code == 400
    assert estate.post("/language", {"language": "e" * 300_000}).status_code == 413
