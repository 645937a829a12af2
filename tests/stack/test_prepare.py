"""What a start does about policies: brought into force, what was cut off is taken up, nothing is reverted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domain.policy.policy_set import read_policy
from runtime.settings import Settings
from runtime.temporal import TASK_QUEUE, connect
from services.policy_check import Offer
from services.policy_desk import PolicyDesk, order_of
from stack.errors import StackError
from stack.prepare import prepare
from stack.temporal import TemporalServer
from store.accounts import Accounts
from store.policies import Enactment, Policies
from tests.conftest import Database
from tests.support.namespaces import new_namespace
from tests.support.policies import NANCHENG, desk_on, load_folder
from workflows.client import Processes, ProcessGone

if TYPE_CHECKING:
    from store.database import Pool


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NANCHENG, tmp_path / "policies"))


@pytest.fixture
async def settings(database: Database, temporal_server: TemporalServer, folder: Path, tmp_path: Path) -> Settings:
    """A stack in earnest, in a namespace of its own and without any worker: what is begun is still to be seen."""
    return Settings(
        data=tmp_path,
        embedded=True,
        database_url=database.dsn,
        database_owner_url=database.owner_dsn,
        temporal_address=temporal_server.address,
        temporal_namespace=await new_namespace(temporal_server.address),
        policies=folder,
    )


def change(file: Path, edit: Callable[[str], str]) -> None:
    text = file.read_text("utf-8")
    assert edit(text) != text
    file.write_text(edit(text), "utf-8")


async def processes(settings: Settings) -> Processes:
    return Processes(await connect(settings), TASK_QUEUE)


async def unenforced(pool: Pool) -> Enactment:
    left = await Policies(pool).unenforced()
    assert left is not None
    return left


async def test_a_first_start_brings_the_folder_into_force_and_begins_its_enforcement(
    settings: Settings, pool: Pool
) -> None:
    assert await prepare(settings) == []
    order = order_of(await unenforced(pool))
    assert order.cause.startswith("organisation nancheng@1, ladder nancheng@1, calendar 2025@1")
    assert await (await processes(settings)).enforcement(order) is None  # it waits for a worker
    assert await prepare(settings) == []
    assert order_of(await unenforced(pool)) == order


@pytest.mark.long
async def test_an_enforcement_that_was_cut_off_before_it_began_is_begun_by_the_next_start(
    settings: Settings, pool: Pool, folder: Path
) -> None:
    await prepare(settings)
    await Policies(pool).mark_enforced((await unenforced(pool)).id)
    change(folder / "calendar-2026.yaml", lambda text: text.replace('version: "1"', 'version: "cut-off"'))
    loaded = await load_folder(pool, folder)  # and killed here, before anything was begun
    assert loaded.enactment is not None
    order = order_of(loaded.enactment)
    with pytest.raises(ProcessGone):
        await (await processes(settings)).enforcement(order)
    await prepare(settings)
    assert await (await processes(settings)).enforcement(order) is None
    handle = (await connect(settings)).get_workflow_handle("施行 calendar 2026@cut-off")
    assert (await handle.describe()).id == "施行 calendar 2026@cut-off"


async def test_a_start_with_another_places_folder_changes_nothing_and_adds_no_account(
    settings: Settings, pool: Pool, folder: Path
) -> None:
    await prepare(settings)
    before, accounts = await Policies(pool).in_force(), await Accounts(pool).all()
    organisation = folder / "organisation.yaml"
    change(organisation, lambda text: text.replace("  id: nancheng\n", "  id: beicheng\n"))
    change(organisation, lambda text: text.replace("id: laocheng\n", "id: xincheng\n"))
    with pytest.raises(StackError) as refused:
        await prepare(settings)
    words = str(refused.value)
    for said in ("ladder nancheng, organisation nancheng", "organisation beicheng", "HONGXIU_DATA", "HONGXIU_POLICIES"):
        assert said in words
    assert await Policies(pool).in_force() == before
    assert await Accounts(pool).all() == accounts


async def test_a_start_with_a_folder_that_lags_behind_says_so_and_goes_on_with_what_is_in_force(
    settings: Settings, pool: Pool, folder: Path
) -> None:
    await prepare(settings)
    text = (folder / "organisation.yaml").read_text("utf-8").replace('version: "1"', 'version: "2"')
    estate = "        - id: new-garden\n          name: {zh: 新园, en: New Garden}\n          kind: self_governed\n"
    text = text.replace("        - id: mudan-garden\n", estate + "        - id: mudan-garden\n", 1)
    await desk_on(pool).enact(Offer((read_policy("organisation", text, "organisation.yaml"),)))
    (told,) = await prepare(settings)
    assert told == f"{folder / 'organisation.yaml'} (1) is superseded: organisation nancheng@2 is in force"
    assert (await desk_on(pool).organisation()).version == "2"
    assert "estate-new-garden" in {account.id for account in await Accounts(pool).all()}


async def test_a_start_is_refused_by_a_version_with_another_text_at_its_line(settings: Settings, folder: Path) -> None:
    await prepare(settings)
    change(folder / "ladder.yaml", lambda text: text.replace("duty_hours: 2", "duty_hours: 3"))
    with pytest.raises(StackError, match=r"ladder\.yaml:5: version: version 1 is taken by another text; raise the"):
        await prepare(settings)


async def test_enforcing_again_uses_the_one_process(settings: Settings, pool: Pool) -> None:
    await prepare(settings)
    running = await processes(settings)
    desk = PolicyDesk(pool, lambda: running, settings.policies)
    assert await desk.begin() == await desk.begin()
    version = await desk.version("ladder", "nancheng", "1")
    await desk.enforce(version)
    assert await desk.enforcement(version) is None
    assert await desk.enforced_at(version) is None
