"""The state machine that processes many raw files, and the large ones, and what its role allows."""

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from tastetrend_stack.batch_states import MAP_LABELS, define
from tastetrend_stack.batch_tasks import Targets
from tastetrend_stack.checkov import LOGS, suppress
from tastetrend_stack.environments import Environment
from tastetrend_stack.file_task_access import run_grants
from tastetrend_stack.iam import Grant, bucket_arn, build_role, object_arns, regional_arn

_DELIVER_LOGS = (
    *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"),
    *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
)
_TRACE = ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
_WRITE_RESULTS = ("GetObject", "PutObject", "AbortMultipartUpload", "ListMultipartUploadParts")


class Batch(Construct):
    """One Standard state machine with a Distributed Map; its role has these grants only, none by the CDK."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        targets: Targets,
    ) -> None:
        super().__init__(scope, construct_id)
        name = environment.resource_name("batch")
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_chainable(define(self, targets)),
            role=self._build_role(environment, name).without_policy_updates(),
            timeout=Duration.days(2),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=self._build_log_group(environment, name),
                level=sfn.LogLevel.ERROR,
                include_execution_data=False,
            ),
        )

        # The CDK's own policy for the map, which no role has.
        self.machine.node.try_remove_child("DistributedMapPolicy")
        reason = "A log of all events would cost more than the batch, and Step Functions keeps the history"
        Validations.of(self.machine).acknowledge(Acknowledgment(id="AwsSolutions-SF1", reason=reason))

    def _build_role(self, environment: Environment, name: str) -> iam.Role:
        return build_role(
            self,
            "Role",
            environment=environment,
            name=f"{name}-role",
            policy_name="batch",
            grants=_grants(environment, name),
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            description="Lists raw files, invokes the functions on them, and keeps the failures",
        )

    def _build_log_group(self, environment: Environment, name: str) -> logs.LogGroup:
        log_group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/vendedlogs/states/{name}",  # this prefix needs no policy of its own
            retention=environment.log_retention,
            removal_policy=environment.removal_policy,
        )
        suppress(log_group, LOGS)
        return log_group


def _grants(environment: Environment, name: str) -> list[Grant]:
    """Return what the Distributed Map needs to run itself, and what its states call and run."""
    executions = regional_arn("states", f"execution:{name}")
    by_run = "Step Functions names the executions of a run"
    no_resource = "These actions support no resource of their own"
    results = object_arns(environment, "processed", "batches")
    return [
        Grant(["lambda:InvokeFunction"], _functions(environment)),
        Grant(["s3:ListBucket"], [bucket_arn(environment, "raw")]),
        Grant([f"s3:{call}" for call in _WRITE_RESULTS], results, "The keys contain the names of executions"),
        Grant(["sqs:SendMessage"], [regional_arn("sqs", environment.resource_name("etl-failures"))]),
        Grant(["states:StartExecution"], [regional_arn("states", f"stateMachine:{name}")]),
        Grant(["states:DescribeExecution", "states:StopExecution"], [f"{executions}:*"], by_run),
        Grant(["states:RedriveExecution"], [f"{executions}/{label}:*" for label in MAP_LABELS], by_run),
        Grant([f"logs:{call}" for call in _DELIVER_LOGS], ["*"], no_resource, conditional=False),
        Grant([f"xray:{call}" for call in _TRACE], ["*"], no_resource, conditional=False),
        *(run_grants(environment) if environment.large_file_task else []),
    ]


def _functions(environment: Environment) -> list[str]:
    etl, report = environment.resource_name("etl"), environment.resource_name("batch-report")
    names = (f"{etl}:{environment.live_alias}", f"{etl}-large:{environment.live_alias}", report)
    return [regional_arn("lambda", f"function:{name}") for name in names]
