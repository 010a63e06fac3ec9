"""Long work: started by a request, done in small steps by a job, watched and cancelled through `/v1/operations`."""

from shared.operations.models import Operation, Status, operations_metadata
from shared.operations.router import router
from shared.operations.service import Step, accepted, run_operations, start

__all__ = ["Operation", "Status", "Step", "accepted", "operations_metadata", "router", "run_operations", "start"]
