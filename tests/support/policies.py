"""Policies in force past every check: what only a test may do."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from domain.policy.policy_set import PolicyKind
from services.policy_check import Offer
from services.policy_desk import Loaded, PolicyDesk
from services.policy_folder import read_folder
from store.policies import Enactment, NewVersion, PolicyVersion, enact, enacting
from tests.support.town import write_policies
from workflows.client import Processes, ProcessUnavailable

if TYPE_CHECKING:
    from store.database import Pool

NANCHENG = Path(__file__).parents[2] / "policies" / "nancheng"


async def put(pool: Pool, kind: PolicyKind, name: str, version: str, content: str) -> PolicyVersion:
    """Brings one version into force, unchecked."""
    (kept,) = (await put_all(pool, NewVersion(kind, name, version, content))).versions
    return kept


async def put_all(pool: Pool, *versions: NewVersion) -> Enactment:
    """Brings versions into force together, unchecked."""
    async with enacting(pool) as connection:
        return await enact(connection, versions)


def desk_on(pool: Pool, processes: Processes | None = None) -> PolicyDesk:
    """The policy desk on a pool; without processes, nothing can be enforced."""

    def required() -> Processes:
        if processes is None:
            raise ProcessUnavailable("this test has no Temporal")
        return processes

    return PolicyDesk(pool, required, NANCHENG)


async def load_town(pool: Pool) -> Loaded:
    """Brings the tests' own town into force (`tests.support.town`)."""
    return await desk_on(pool).enact(_town())


@cache
def _town() -> Offer:
    with TemporaryDirectory() as folder:
        return Offer.of_folder(read_folder(write_policies(Path(folder) / "policies")))


async def load_folder(pool: Pool, folder: Path = NANCHENG) -> Loaded:
    """Brings a folder into force, as a start does; nothing is enforced."""
    return await desk_on(pool).enact(Offer.of_folder(read_folder(folder)))
