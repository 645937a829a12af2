"""The class of each kind of process in the registry."""

from __future__ import annotations

from typing import Any

from workflows.case import CaseWorkflow
from workflows.host import Host
from workflows.joint_response import ResponseWorkflow
from workflows.sitting import SittingWorkflow

PROCESSES: tuple[type[Host[Any, Any, Any]], ...] = (CaseWorkflow, SittingWorkflow, ResponseWorkflow)
