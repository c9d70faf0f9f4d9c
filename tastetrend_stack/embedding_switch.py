"""The function that switches the source of the embedding function off and on, and the daily rule for it."""

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import Grant
from tastetrend_stack.python_function import FunctionSpec


def embedding_switch(environment: Environment, source: lambda_.EventSourceMapping) -> FunctionSpec:
    """Describe the function, which an alarm, the daily rule or an operator invokes."""
    return FunctionSpec(
        name=environment.resource_name("embedding-switch"),
        description="Stops the embedding when its budget is used up, and continues it the next day",
        handler="embedding_switch.lambda_handler",
        timeout=Duration.seconds(30),
        variables={"SOURCE_ID": source.event_source_mapping_id},
        policy_name="switch",
        grants=[
            Grant(["lambda:UpdateEventSourceMapping"], [source.event_source_mapping_arn], conditional=False)
        ],
        role_description="Switches the one event source mapping off and on",
        memory_mb=256,
    )


def resume_daily(scope: Construct, environment: Environment, switch: lambda_.Function) -> events.Rule:
    """Switch the source on each day; not at midnight, when an alarm of the day before can still come."""
    switch_on = events.RuleTargetInput.from_object({"switch": "on"})
    rule = events.Rule(
        scope,
        "Resume",
        rule_name=environment.resource_name("embedding-resume"),
        description="Continues the embedding with the budget of a new day",
        schedule=events.Schedule.cron(hour="0", minute="15"),
        targets=[targets.LambdaFunction(switch, event=switch_on)],
    )
    reason = "EventBridge repeats an undelivered event for a day; then the next day's comes"
    Validations.of(rule).acknowledge(Acknowledgment(id="Serverless-EventBusDLQ", reason=reason))
    return rule
