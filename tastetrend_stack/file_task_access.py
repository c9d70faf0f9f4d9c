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
    definitions = regional_arn("ecs", f"task-definition/{name}-*")
    tasks, rule = regional_arn("ecs", f"task/{name}/*"), regional_arn("events", f"rule/{_EVENTS_RULE}")
    role = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{name}"
    events = [f"events:{call}" for call in ("PutTargets", "PutRule", "DescribeRule")]
    return [
        Grant(["ecs:RunTask"], [definitions], any_version),
        Grant(["ecs:StopTask", "ecs:DescribeTasks"], [tasks], "ECS names the tasks of the cluster"),
        Grant(["iam:PassRole"], [f"{role}-role", f"{role}-execution-role"], conditional=False),
        Grant(events, [rule], conditional=False),
    ]
