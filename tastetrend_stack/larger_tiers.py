"""The function for large files and the task for the largest, which follow the small function's versions."""

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from tastetrend_stack.aliases import VersionAliases
from tastetrend_stack.batch_tasks import TaskPlacement
from tastetrend_stack.environments import Environment
from tastetrend_stack.etl_function import LARGE, EtlFunction
from tastetrend_stack.file_task import FileTask
from tastetrend_stack.file_task_access import task_name
from tastetrend_stack.iam import KeyAccess


def add_larger_tiers(
    scope: Construct, environment: Environment, key: KeyAccess, small: VersionAliases
) -> tuple[lambda_.Alias, TaskPlacement | None]:
    """Add the large function, which gets a new version with each one of the small function, and the task."""
    newest = small.newest.version
    etl = EtlFunction(scope, "EtlLarge", environment=environment, key=key, tier=LARGE, belongs_to=newest)
    large = VersionAliases(
        scope, "LargeRelease", environment=environment, function=etl.function, tier="Large"
    )
    large.node.add_dependency(small)  # its aliases move only when a canary of the other has passed
    if not environment.large_file_task:
        return large.live, None
    version = large.newest.version
    task = FileTask(scope, "FileTask", environment=environment, key=key, version=version, belongs_to=newest)
    return large.live, TaskPlacement(task_name(environment), task.subnets, task.security_group)
