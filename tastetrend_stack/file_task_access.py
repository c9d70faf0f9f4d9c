"""The names of the task for the largest files, and what a role needs to run it and to wait for its end."""

from aws_cdk import Aws

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import Grant, regional_arn

CONTAINER = "file"
_EVENTS_RULE = "StepFunctionsGetEventsForECSTaskRule"  # by which Step Functions learns that a task has ended


def task_name(environment: Environment) -> str:
    """Return the cluster's name, with which the names of roles and task definitions begin."""
    return environment.resource_name("etl-task")


def run_grants(environment: Environment) -> list[Grant]:
    """Return what the state machine needs; RunTask passes the task's two roles on."""
    name, any_version = task_name(environment), "Each version of the large function has a task definition"
    definitions, tasks = (
        regional_arn("ecs", resource) for resource in (f"task-definition/{name}-*", f"task/{name}/*")
    )
    roles = [
        f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{name}-{kind}" for kind in ("role", "execution-role")
    ]
    events = [f"events:{call}" for call in ("PutTargets", "PutRule", "DescribeRule")]
    return [
        Grant(["ecs:RunTask"], [definitions], any_version),
        Grant(["ecs:StopTask", "ecs:DescribeTasks"], [tasks], "ECS names the tasks of the cluster"),
        Grant(["iam:PassRole"], roles, conditional=False),
        Grant(events, [regional_arn("events", f"rule/{_EVENTS_RULE}")], conditional=False),
    ]
