"""Composes the tiers for large files: the large function with its aliases, and the task."""

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
    stack: Construct, environment: Environment, key: KeyAccess, release: VersionAliases
) -> tuple[lambda_.Alias, TaskPlacement | None]:
    """Add the large function, which gets a new version with each one of the other, and the task."""
    newest = release.newest.version
    etl = EtlFunction(stack, "EtlLarge", environment=environment, key=key, tier=LARGE, belongs_to=newest)
    function = etl.function
    aliases = VersionAliases(stack, "LargeRelease", environment=environment, function=function, tier="Large")
    aliases.node.add_dependency(release)  # they move only when a canary of the other has passed
    if not environment.large_file_task:
        return aliases.live, None
    version = aliases.newest.version
    task = FileTask(stack, "FileTask", environment=environment, key=key, version=version, belongs_to=newest)
    return aliases.live, TaskPlacement(task_name(environment), task.subnets, task.security_group)
