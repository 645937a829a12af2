"""Makes the pictures of the console and of the residents' pages.

    HONGXIU_REHEARSAL=1 make up      # in one terminal
    make demo                        # in another, once
    python docs/pictures/console.py  # then; --api http://127.0.0.1:8000 where it is elsewhere

On the quarter that the demo has played it opens a few issues more, declares an emergency, brings the alliance's next
meeting into session, and photographs the pages with Chromium.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from docs.pictures.staircase import COMMUNITY, ESTATE, Player, play_others  # noqa: E402
from tests.support.browser import OFFICE, PHONE, launch, sign_in  # noqa: E402
from tests.support.browser import Look as Window  # noqa: E402

LARGEST = 200_000  # bytes
PATIENCE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to photograph. ``resident``: number and code of the case that a resident follows."""

    case: str
    sitting: str
    emergency: str
    resident: str


def play(player: Player) -> Scene:
    """Issues at every stage, an emergency on its way, a meeting in session."""
    play_others(player)
    emergency = play_emergency(player)
    resident = play_resident(player)
    case, sitting = open_meeting(player)
    return Scene(case, sitting, emergency, resident)


def play_emergency(player: Player) -> str:
    """A property company that has left overnight, after the first hours; the emergency's id."""
    number = player.open("property-service", "物业公司连夜撤场", "门岗无人，电梯和水泵没有人管。")["number"]
    player.decide("alliance", number, "emergency", playbook="property_withdrawal", reason="物业昨夜撤走")
    emergency = str(player.read(f"/cases/{number}")["emergency_id"])

    def reports(task: str, by: str, *kinds: str, note: str = "已到场处理") -> None:
        for kind in kinds:
            player.post(by, f"/emergencies/{emergency}/tasks/{task}/reports", {"kind": kind, "note": note})

    reports("verify", "dept-urban", "sign", "done", note="原物业人员已全部撤出")
    reports("convene", "dept-urban", "sign", "done", note="七部门均已到位")
    reports("sweep_fire", "dept-fire", "sign", "progress", note="消防泵已试运行，控制室正在排查")
    reports("sweep_equipment", "dept-emergency", "sign")
    reports("sweep_gates", "dept-police", "sign", "done", note="四个门岗均有人值守")
    reports("sweep_refuse", "dept-citymgmt", "sign")
    player.post("alliance", f"/emergencies/{emergency}/situation-reports", {"text": "水电电梯运行正常，居民情绪平稳"})
    return emergency


def play_resident(player: Player) -> str:
    """A case that the community has planned; as a resident's own address names it."""
    opened = player.open("lift", "3号楼电梯反复停在两层之间", "本周第三次了，老人不敢乘坐。")
    number, code = opened["number"], opened["code"]
    player.decide(f"estate-{ESTATE}", number, "contact", how="电话", outcome="已约定现场查看")
    player.decide(f"estate-{ESTATE}", number, "escalate", reason="须动用维修资金，小区无法落实")
    due = (player.now() + timedelta(days=30)).date().isoformat()
    player.decide(
        f"community-{COMMUNITY}",
        number,
        "plan",
        lead="urban",
        co_handlers=["fire"],
        deliverable="更换曳引机并通过检测",
        due_date=due,
    )
    return f"{number}.{code}"


def open_meeting(player: Player) -> tuple[str, str]:
    """The alliance's next meeting that has cases, in session: its case that has come the longest way, and its id."""
    waiting = [case for case in player.read("/cases?tier=alliance&limit=100")["items"] if case["stage"] == "alliance"]
    if not waiting:
        raise SystemExit("No case waits for the alliance: play the demo first (make demo).")
    case = max(waiting, key=lambda one: one["version"])
    sitting = case["wait"]["sitting_id"]
    dates = player.read(f"/sittings/{sitting}")
    player.bring_town_to(dates["freezes_at"])
    deadline = time.monotonic() + PATIENCE
    while player.read(f"/sittings/{sitting}")["links"]["agenda"] is None:
        if time.monotonic() > deadline:
            raise SystemExit(f"{sitting}: no agenda comes")
        time.sleep(0.2)
    player.bring_town_to(dates["starts_at"])
    return str(case["number"]), str(sitting)


# ---------------------------------------------------------------- the pictures


def photograph(browser: Browser, base: str, scene: Scene) -> None:
    """All of them, in Chinese, at the desk and on a phone."""
    desk = {
        f"estate-{ESTATE}": {"work": "/"},
        f"community-{COMMUNITY}": {"board": "/cases/board"},
        "alliance": {"meeting": f"/sittings/{scene.sitting}/meeting/{scene.case}"},
        "supervisor": {"case": f"/cases/{scene.case}", "emergency": f"/emergencies/{scene.emergency}"},
    }
    for who, pages in desk.items():
        window = _window(browser, base, OFFICE)
        sign_in(window, who)
        for name, path in pages.items():
            _keep(window.go(path), name)
    phone = _window(browser, base, PHONE).page
    phone.goto(f"{base}/r#{scene.resident}")
    phone.wait_for_url(f"**/r/{scene.resident.partition('.')[0]}")
    _keep(phone, "resident")


def _window(browser: Browser, base: str, size: tuple[int, int]) -> Window:
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, timezone_id="Asia/Shanghai")
    return Window(context.new_page(), base)


def _keep(page: Page, name: str) -> None:
    """What the window shows, with as many colours as a small file has room for. Raises SystemExit."""
    page.wait_for_load_state("load")
    with Image.open(BytesIO(page.screenshot())) as shown:
        shown.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(HERE / f"{name}.png", optimize=True)
    size = (HERE / f"{name}.png").stat().st_size
    if size > LARGEST:
        raise SystemExit(f"{name}.png has {size} bytes.")
    print(f"{HERE / f'{name}.png'}: {size} bytes")


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="Makes the pictures of the console and of the residents' pages.")
    parser.add_argument("--api", default="http://127.0.0.1:8000", help="a stack in rehearsal on which the demo ran")
    api = parser.parse_args().api
    scene = play(Player(api))
    with sync_playwright() as play_it:
        browser = launch(play_it)
        photograph(browser, api, scene)
        browser.close()


if __name__ == "__main__":
    main()
