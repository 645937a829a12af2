"""A Temporal namespace of a test's own: its processes, schedules and lists meet nobody else's on the same server."""

from __future__ import annotations

import uuid
from datetime import timedelta

from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from runtime import temporal
from runtime.settings import Settings


async def new_namespace(address: str) -> str:
    """The name of a namespace that is ready, with our search attributes."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    client = await Client.connect(address)
    request = RegisterNamespaceRequest(namespace=name)
    request.workflow_execution_retention_period.FromTimedelta(timedelta(days=1))
    await client.workflow_service.register_namespace(request)
    ours = await temporal.connect(Settings(temporal_address=address, temporal_namespace=name))
    await temporal.register_search_attributes(ours)
    return name
