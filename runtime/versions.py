"""Versions of the worker (Temporal's worker deployments): an upgrade needs no stop, and loses nothing.

Every process goes on under the version that is current from its next task on; a change that it would not replay goes in
behind ``workflow.patched``. None is pinned: one that waits for a version's workers would wait for ever where these are
stopped with the stack (docs/decisions/0042).
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import structlog
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentResponse,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

from runtime.settings import Settings

log = structlog.get_logger()

_PATIENCE = timedelta(seconds=5)
_TRIES, _AGAIN_SECONDS = 60, 0.5


def deployment(name: str, build: str) -> WorkerDeploymentConfig | None:
    """How a worker of this build says so; None without one, for a worker that has no version."""
    if not build:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=name, build_id=build),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


def deployment_of(settings: Settings) -> WorkerDeploymentConfig | None:
    """The same by the settings."""
    return deployment(settings.worker_deployment, settings.worker_build)


async def make_current(client: Client, name: str, build: str) -> bool:
    """Has processes go on under ``build`` of the deployment ``name``, once its workers poll; without a build, under
    workers that have no version. Whether it did: a build that comes before the current one takes nothing over, so that
    an old worker that is started again does not. Tries for half a minute, since the server learns of a worker a moment
    after it has begun to poll. Raises RPCError."""
    for left in reversed(range(_TRIES)):
        try:
            return await _make_current(client, name, build)
        except RPCError as error:
            if not left:
                raise
            log.debug("the worker's version is not current yet", build=build, error=error.message)
        await asyncio.sleep(_AGAIN_SECONDS)
    raise AssertionError("unreachable")


async def _make_current(client: Client, name: str, build: str) -> bool:
    known = await _described(client, name)
    if known is None:
        if not build:
            return False  # there have never been versions
        raise RPCError(f"no worker of {name} polls yet", RPCStatusCode.NOT_FOUND, b"")
    current = known.worker_deployment_info.routing_config.current_deployment_version.build_id
    if current == build or (build and comes_before(build, current)):
        return current == build
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=name,
        build_id=build,
        conflict_token=known.conflict_token,
        identity=client.identity,
        ignore_missing_task_queues=True,
    )
    await client.workflow_service.set_worker_deployment_current_version(request, timeout=_PATIENCE)
    log.info("processes go on under this version", deployment=name, build=build or "unversioned", before=current)
    return True


async def _described(client: Client, name: str) -> DescribeWorkerDeploymentResponse | None:
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=name)
    try:
        return await client.workflow_service.describe_worker_deployment(request, timeout=_PATIENCE)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return None
        raise


def comes_before(build: str, other: str) -> bool:
    """Whether both are numbered versions, and ``build`` is the lower one: ``0.9.2`` comes before ``0.10.0``."""
    lower, higher = _numbers(build), _numbers(other)
    return lower is not None and higher is not None and lower < higher


def _numbers(build: str) -> tuple[int, ...] | None:
    return tuple(map(int, build.split("."))) if re.fullmatch(r"\d+(\.\d+)*", build) else None
