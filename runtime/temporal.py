"""The connection to Temporal: one data converter, one task queue, the search attributes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

from runtime.settings import Settings
from workflows import attributes

TASK_QUEUE = "hongxiu"


class _Json(PydanticJSONPlainPayloadConverter):
    """Leaves out what is None: histories are kept and read, and every such field has None as its default."""

    def to_payload(self, value: Any) -> Payload | None:
        return Payload(metadata={"encoding": self.encoding.encode()}, data=to_json(value, exclude_none=True))


class _Converters(CompositePayloadConverter):
    def __init__(self) -> None:
        json = _Json()
        standard = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(json if isinstance(c, JSONPlainPayloadConverter) else c for c in standard))


DATA_CONVERTER = DataConverter(payload_converter_class=_Converters)
"""Pydantic's models as JSON."""


class TemporalUnavailable(Exception):
    """Temporal cannot be reached; the caller may try again."""


async def connect(settings: Settings, *, metrics_address: str | None = None) -> Client:
    """A client on the settings' address and namespace. Raises TemporalUnavailable.

    ``metrics_address`` (host:port) serves the SDK's own Prometheus metrics.
    """
    runtime = None
    if metrics_address:
        runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=metrics_address)))
    try:
        return await Client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            data_converter=DATA_CONVERTER,
            runtime=runtime,
        )
    except RuntimeError as error:  # what the SDK's core raises when nothing answers
        raise TemporalUnavailable(f"Temporal does not answer at {settings.temporal_address}: {error}") from None


RETENTION = timedelta(days=90)
"""How long the embedded stack's Temporal shows ended cases; the log keeps them for ever."""


async def keep_ended_cases(client: Client) -> None:
    """Sets the namespace's retention, which a development server starts with at one day."""
    config = NamespaceConfig()
    config.workflow_execution_retention_ttl.FromTimedelta(RETENTION)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(namespace=client.namespace, config=config), timeout=timedelta(seconds=20)
    )


_TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


async def register_search_attributes(client: Client) -> None:
    """Adds to the namespace those of ours that it does not have. Idempotent, also among racing starters."""
    operator = client.operator_service
    present = await operator.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    missing = {
        key.name: _TYPES[_type_name(key.indexed_value_type.name)]
        for key in attributes.ALL
        if key.name not in present.custom_attributes
    }
    if not missing:
        return
    try:
        await operator.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing),
            timeout=timedelta(seconds=20),
        )
    except RPCError as error:
        if error.status != RPCStatusCode.ALREADY_EXISTS:
            raise


def _type_name(name: str) -> str:
    return name.capitalize()
