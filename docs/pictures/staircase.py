"""Makes the pictures of the Temporal UI: a case's staircase, and the list of cases.

    python docs/pictures/staircase.py                              # on a stack of its own, which is gone afterwards
    python docs/pictures/staircase.py --api http://127.0.0.1:8000  # on a stack that runs in rehearsal

It plays one case through all three tiers to its end over HTTP, with skipped time, and a few more that stay
open, and photographs the pages with Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(REPOSITORY))

from stack.ports import free_port  # noqa: E402

PASSWORD = "nancheng"
ESTATE, COMMUNITY = "mudan-garden", "laocheng"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
COLUMNS = ["Status", "Workflow ID", "Stage", "Tier", "Estate", "Category", "NextDeadline", "Overdue", "Supervised"]


class Player:
    """Plays cases over HTTP: as officers with their tokens, as the resident with the code."""

    def __init__(self, api: str) -> None:
        self._http = httpx.Client(base_url=f"{api}/api/v1", timeout=60, trust_env=False)
        self._tokens: dict[str, str] = {}

    def open(self, category: str, title: str, description: str) -> dict[str, Any]:
        """A case of the sample estate, filed by its officer; the answer has the resident's code."""
        issue = {
            "estate": ESTATE,
            "category": category,
            "title": title,
            "description": description,
            "channel": "wechat",
        }
        return self.post(f"estate-{ESTATE}", "/cases", issue)

    def decide(self, who: str, number: str, kind: str, **fields: object) -> dict[str, Any]:
        """One decision, as the account ``who``."""
        return self.post(who, f"/cases/{number}/decisions", {"kind": kind, **fields})

    def confirm(self, number: str, code: str, stars: int) -> dict[str, Any]:
        """The resident's own word, without sign-in."""
        return self.post(None, f"/cases/{number}/word", {"code": code, "kind": "confirm", "stars": stars})

    def now(self) -> datetime:
        """What time it is in the town."""
        return datetime.fromisoformat(self.read("/dev/clock")["now"])

    def pass_time(self, **length: int) -> datetime:
        """Brings the town on by whole days and hours; what time it is then."""
        return datetime.fromisoformat(self.post("alliance", "/dev/fast-forward", length)["now"])

    def bring_town_to(self, instant: str) -> datetime:
        """Brings the town to an instant, unless it is past it; what time it is then."""
        return datetime.fromisoformat(self.post("alliance", "/dev/fast-forward", {"until": instant})["now"])

    def until_the_wait_is_over(self, number: str) -> datetime:
        """Nobody decides: the town moves past the instant that the case waits for."""
        return self._pass_to(number, timedelta(minutes=1))

    def until_the_sitting(self, number: str) -> datetime:
        """The town moves into the last hours before the wait is over: the meeting is on."""
        return self._pass_to(number, -timedelta(hours=20))

    def _pass_to(self, number: str, margin: timedelta) -> datetime:
        until = datetime.fromisoformat(self._wait(number)["until"])
        return self.bring_town_to((until + margin).isoformat())

    def _wait(self, number: str) -> dict[str, Any]:
        wait: dict[str, Any] = self.read(f"/cases/{number}")["wait"]
        return wait

    def read(self, path: str) -> dict[str, Any]:
        """What there is, as the alliance reads it."""
        return dict(self._http.get(path, headers=self._signed("alliance")).raise_for_status().json())

    def post(self, who: str | None, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Sends something as the account ``who``, or as nobody; what is answered. Raises SystemExit."""
        answer = self._http.post(path, json=body, headers=self._signed(who) if who else {})
        if answer.is_error:
            raise SystemExit(f"{path}: {answer.status_code} {answer.text}")
        return dict(answer.json())

    def _signed(self, who: str) -> dict[str, str]:
        if who not in self._tokens:
            asked = {"username": who, "password": PASSWORD}
            self._tokens[who] = self._http.post("/token", json=asked).raise_for_status().json()["access_token"]
        return {"authorization": f"Bearer {self._tokens[who]}"}


def play_staircase(player: Player) -> str:
    """A lift that nobody at the estate can mend climbs to the alliance and is mended; the case's number."""
    opened = player.open("lift", "3号楼电梯反复停在两层之间", "本周第三次了，老人不敢乘坐。")
    number, code = opened["number"], opened["code"]
    player.pass_time(hours=1)
    player.decide(f"estate-{ESTATE}", number, "contact", how="电话", outcome="已了解情况，约定碰头会上研究")
    player.until_the_sitting(number)
    player.decide(f"estate-{ESTATE}", number, "hold", reason="等待维保单位报价")
    player.until_the_wait_is_over(number)  # the second check-in passes: it climbs to the community by itself
    player.until_the_wait_is_over(number)  # carried over there
    player.until_the_sitting(number)
    player.decide(f"community-{COMMUNITY}", number, "escalate", reason="须动用维修资金，社区无法落实")
    now = player.until_the_sitting(number)
    player.decide(
        "alliance",
        number,
        "plan",
        lead="urban",
        co_handlers=["fire"],
        deliverable="更换曳引机并通过检测",
        due_date=(now + timedelta(days=56)).date().isoformat(),
    )
    player.pass_time(days=50)
    player.decide("dept-urban", number, "complete", what_was_done="已更换曳引机，检测合格")
    player.pass_time(days=3)
    player.confirm(number, code, 5)
    return str(number)


def play_others(player: Player) -> None:
    """A few that stay open at several stages, for the list."""
    player.open("noise", "广场舞音响夜间扰民", "晚上十点后仍很响。")
    contacted = player.open("parking", "充电桩长期被占用", "三个桩位常年停着同一批车。")["number"]
    player.decide(f"estate-{ESTATE}", contacted, "contact", how="入户", outcome="已登记车辆，碰头会研究")
    missed = player.open("refuse", "楼道堆放杂物无人清理", "五楼至六楼。")["number"]
    player.until_the_wait_is_over(missed)
    planned = player.open("fire-safety", "地下车库消防栓无水", "巡查发现。")["number"]
    player.decide("alliance", planned, "escalate", reason="存在隐患，联盟直接受理", to="alliance")
    due = (player.now() + timedelta(days=20)).date().isoformat()
    player.decide("alliance", planned, "plan", lead="fire", deliverable="恢复供水并测压", due_date=due)
    risen = player.open("structure", "外墙瓷砖松动脱落", "北侧二单元入口上方。")["number"]
    player.decide(f"estate-{ESTATE}", risen, "escalate", reason="小区无资金处理")
    player.decide("supervisor", risen, "supervise", reason="涉及安全，请尽快")
    settled = player.open("greening", "树枝遮挡路灯", "7号楼南侧。")
    player.decide(f"estate-{ESTATE}", settled["number"], "resolve", what_was_done="已修剪")
    player.confirm(settled["number"], settled["code"], 4)


# ---------------------------------------------------------------- the pictures


def photograph_staircase(browser: Browser, ui: str, number: str, file: Path) -> None:
    """The timeline of an ended case, oldest event first."""
    page = _page(browser, 1180)
    page.goto(f"{ui}/namespaces/default/workflows/{number}")
    page.get_by_text("入账·确认 confirm").first.wait_for()
    page.get_by_role("button", name="Descending").click()
    page.wait_for_timeout(1500)
    page.screenshot(path=file, clip=_beside_the_menu(1180))
    page.close()


def photograph_list(browser: Browser, ui: str, file: Path) -> None:
    """The open cases of a community, with the columns that a supervisor wants."""
    page = _page(browser, 640)
    query = quote(f'Community = "{COMMUNITY}" AND ExecutionStatus = "Running"')
    page.goto(f"{ui}/namespaces/default/workflows?query={query}")
    page.get_by_text("NC-").first.wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=file, clip=_beside_the_menu(640))
    page.close()


_WIDTH, _MENU = 1800, 256


def _page(browser: Browser, height: int) -> Page:
    """A page on Shanghai's clock, with the columns that we want: the UI keeps them in the browser."""
    kept = {
        "namespace-workflow-table-columns": json.dumps({"default": [{"label": column} for column in COLUMNS]}),
    }
    page = browser.new_page(viewport={"width": _WIDTH, "height": height}, timezone_id="Asia/Shanghai")
    page.add_init_script(f"for (const [key, value] of Object.entries({json.dumps(kept)})) localStorage[key] = value")
    return page


def _beside_the_menu(height: int) -> FloatRect:
    return {"x": _MENU, "y": 0, "width": _WIDTH - _MENU, "height": height}


# ---------------------------------------------------------------- a stack of its own


@contextmanager
def own_stack() -> Iterator[tuple[str, str]]:
    """A stack in rehearsal on free ports and a folder that goes with it: its API's and its UI's address."""
    with tempfile.TemporaryDirectory(prefix="hongxiu-picture-") as folder:
        api, temporal, ui = (free_port() for _ in range(3))
        env = {
            **os.environ,
            "HONGXIU_DATA": folder,
            "HONGXIU_REHEARSAL": "1",
            "HONGXIU_API_PORT": str(api),
            "HONGXIU_TEMPORAL_PORT": str(temporal),
            "HONGXIU_TEMPORAL_UI_PORT": str(ui),
        }
        stack = subprocess.Popen([sys.executable, "-m", "cli", "up"], cwd=REPOSITORY, env=env)
        try:
            _await_ready(f"http://127.0.0.1:{api}", stack)
            yield f"http://127.0.0.1:{api}", f"http://127.0.0.1:{ui}"
        finally:
            stack.send_signal(signal.SIGINT)
            stack.wait(60)


def _await_ready(api: str, stack: subprocess.Popen[bytes]) -> None:
    with httpx.Client(trust_env=False) as client:
        while stack.poll() is None:
            try:
                if client.get(f"{api}/readyz").status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
    raise SystemExit("the stack did not start")


def make_pictures(api: str, ui: str) -> None:
    """Plays the cases and photographs them."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("No Chromium is installed.")
    player = Player(api)
    play_others(player)
    number = play_staircase(player)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        photograph_staircase(browser, ui, number, HERE / "staircase.png")
        photograph_list(browser, ui, HERE / "list.png")
        browser.close()
    print(f"{number}: {HERE / 'staircase.png'}, {HERE / 'list.png'}")


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="Makes the pictures of the Temporal UI.")
    parser.add_argument("--api", help="a stack that runs in rehearsal, like http://127.0.0.1:8000")
    parser.add_argument("--ui", default="http://127.0.0.1:8233", help="its Temporal UI")
    asked = parser.parse_args()
    if asked.api:
        make_pictures(asked.api, asked.ui)
        return
    with own_stack() as (api, ui):
        make_pictures(api, ui)


if __name__ == "__main__":
    main()
