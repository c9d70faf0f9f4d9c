"""Who may do what: each row is a call and the callers that may do it; all other callers are denied it."""

from dataclasses import dataclass
from typing import Any

from local.emulator import ACCOUNT, REGION

PIPELINE = (
    *("etl", "etl-large", "etl-task", "etl-task-execution", "batch", "batch-report"),
    *("embed", "embedding-switch", "quality-gate", "erase", "shift"),
)
"""The stack's roles, `tastetrend-<env>-<name>-role`."""

WORKFLOWS = ("deploy", "diff")
"""The roles of the workflows on GitHub, named as those of the stack."""

PEOPLE = ("uploader", "operator", "analyst", "reader")
"""Roles that the deployment names, with the permissions that docs/ give them."""

OTHERS = ("CloudFormation", "bounded", "administrator")
"""What `execution.json` allows; a role with every permission, but within `boundary.json`; one without it."""

OUTSIDE = ("another account", "anonymous")
"""Tried on what can have a policy of its own: elsewhere, names mean resources of the caller's account."""

CALLERS = (*PIPELINE, *WORKFLOWS, *PEOPLE, *OTHERS, *OUTSIDE)

OTHER_BUCKETS = {
    "audit": f"tastetrend-local-audit-{ACCOUNT}",
    "another environment's raw": f"tastetrend-prod-raw-{ACCOUNT}",
    "another environment's processed": f"tastetrend-prod-processed-{ACCOUNT}",
    "another": "somebody-elses",
}
"""Buckets that the stack of `local` does not have."""

_FILE = "etl, etl-large, etl-task"  # those that process a file
_ALL = "CloudFormation, bounded, administrator"
_OPEN_TO_OUTSIDE = {"s3", "sqs", "sns", "sts"}
_LINE = [{"timestamp": 0, "message": "test"}]
_VERSION = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Call:
    """A call on a resource, and the callers that may do it.

    Those who may get another error where nothing should happen: of an object that is not there, or of a
    request that is invalid. `$name` in a parameter stands for an output of the stack, or for what
    `access_roles` adds to them.
    """

    what: str
    api: str
    allowed: frozenset[str]
    parameters: dict[str, Any]

    @property
    def callers(self) -> tuple[str, ...]:
        """Those that try it."""
        service = self.api.partition(".")[0]
        return CALLERS if service in _OPEN_TO_OUTSIDE else CALLERS[: -len(OUTSIDE)]


def _call(what: str, api: str, allowed: str, **parameters: object) -> Call:
    return Call(what, api, frozenset(filter(None, allowed.split(", "))), parameters)


def _object(what: str, method: str, path: str, allowed: str, **more: object) -> Call:
    """Return a call on an object; the path begins with the kind of its bucket."""
    kind, _, key = path.partition("/")
    bucket = OTHER_BUCKETS.get(kind, f"tastetrend-local-{kind}-{ACCOUNT}")
    body = {"Body": b""} if method == "put" else {}
    return _call(what, f"s3.{method}_object", allowed, Bucket=bucket, Key=key, **body, **more)


def _invoke(what: str, function: str, allowed: str) -> Call:
    """Lambda checks the permission of a dry run, and runs nothing."""
    name = f"tastetrend-local-{function}"
    return _call(what, "lambda.invoke", f"{allowed}, {_ALL}", FunctionName=name, InvocationType="DryRun")


def _queue(what: str, call: str, queue: str, allowed: str, **more: object) -> Call:
    return _call(what, f"sqs.{call}", allowed, QueueUrl=f"${queue}", **more)


def _vectors(what: str, call: str, allowed: str, **more: object) -> Call:
    names = {"vectorBucketName": "$VectorBucketName", "indexName": "$VectorIndexName"}
    return _call(what, f"s3vectors.{call}", allowed, **(names | more))


def _assume(what: str, role: str, allowed: str) -> Call:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    return _call(what, "sts.assume_role", allowed, RoleArn=arn, RoleSessionName="access")


_RAW = (
    _object("read a raw file", "get", "raw/none", f"{_FILE}, batch-report, erase, deploy"),
    _object("write a raw file", "put", "raw/new", "erase, uploader"),
    _object("delete a raw file", "delete", "raw/none", "erase"),
    _object("delete a version of a raw file", "delete", "raw/none", "erase", VersionId=_VERSION),
    _call(
        *(
            "list raw files",
            "s3.list_objects_v2",
            f"{_FILE}, batch, batch-report, erase, deploy, reader, {_ALL}",
        ),
        Bucket="$RawBucketName",
    ),
)
_OUTPUTS = (
    _object(
        "read a dataset", "get", "processed/processed/none", f"{_FILE}, batch-report, embed, erase, deploy"
    ),
    _object("write a dataset", "put", "processed/processed/new", _FILE),
    _object("delete a dataset", "delete", "processed/processed/none", f"{_FILE}, erase, deploy"),
    _object("delete a version of it", "delete", "processed/processed/none", "erase", VersionId=_VERSION),
    _object("read rejected rows", "get", "processed/rejected/none", f"{_FILE}, batch-report, erase, deploy"),
    _object("write rejected rows", "put", "processed/rejected/new", _FILE),
    _object("delete rejected rows", "delete", "processed/rejected/none", "erase, deploy"),
    _object(
        "read a curated part",
        *("get", "processed/curated/none", f"{_FILE}, batch-report, erase, deploy, analyst"),
    ),
    _object("write a curated part", "put", "processed/curated/new", _FILE),
    _object("read the history of files", "get", "processed/history/none", f"{_FILE}, erase, deploy, reader"),
    _object(
        *("read a report or a page", "get", "processed/processed/logs/none"),
        f"{_FILE}, batch-report, embed, erase, deploy, reader",
    ),
    _object(
        *("read an error report", "get", "processed/rejected/none.error.json"),
        f"{_FILE}, batch-report, erase, deploy, reader",
    ),
    _object("write the history of files", "put", "processed/history/new", _FILE),
    _object("read the result of a query", "get", "processed/queries/none", "erase, analyst"),
    _object("write the report of a batch", "put", "processed/batches/new", "batch, batch-report"),
    _object("write a manifest of vectors", "put", "processed/embeddings/manifests/new", "embed"),
    _object("write under another prefix", "put", "processed/new", ""),
)
_OTHER_OBJECTS = (
    _object("read a release", "get", "artifacts/releases/none", "quality-gate, deploy"),
    _object(
        "read an event of a release", "get", "artifacts/releases/events/none", "quality-gate, deploy, reader"
    ),
    _object("write a release", "put", "artifacts/releases/new", "quality-gate, deploy"),
    _object("write a golden file", "put", "artifacts/gate/new", "quality-gate"),
    _object("write an output of a golden file", "put", "artifacts/processed/gate/new", "etl"),
    _object("write a certificate of erasure", "put", "artifacts/erasures/new", "operator"),
    _object("read the access logs", "get", "access-logs/none", "bounded, administrator"),
    _object("read the audit trail", "get", "audit/none", "bounded, administrator"),
    _object(
        "read a raw file of another environment", "get", "another environment's raw/none", "administrator"
    ),
    _object(
        "write a dataset of another environment",
        "put",
        "another environment's processed/new",
        "administrator",
    ),
    _object("read another bucket", "get", "another/none", "administrator"),
    _call(
        *("change the policy of a bucket", "s3.put_bucket_policy", "CloudFormation, administrator"),
        Bucket="$RawBucketName",
        Policy="{",
    ),
)
_FUNCTIONS = (
    _invoke("process a file", "etl:dev", "batch, quality-gate, deploy, operator"),
    _invoke("process a large file", "etl-large:dev", "batch, deploy, operator"),
    _invoke("run another version", "etl:1", "quality-gate"),
    _invoke("report on a batch", "batch-report", "batch"),
    _invoke("run the quality gate", "quality-gate", "shift, deploy"),
    _invoke("erase a customer", "erase", "operator"),
    _call(
        *("switch the embedding off", "lambda.update_event_source_mapping", f"embedding-switch, {_ALL}"),
        UUID="$SourceId",
        Enabled=True,
    ),
    _call(
        *("move an alias", "lambda.update_alias", f"deploy, {_ALL}"),
        FunctionName="$FunctionName",
        Name="prod",
        FunctionVersion="1",
    ),
    _call(
        *("change the code of a function", "lambda.update_function_code", "CloudFormation, administrator"),
        FunctionName="$FunctionName",
        S3Bucket="none",
        S3Key="none",
        DryRun=True,
    ),
    _call(
        *("start a batch", "stepfunctions.start_execution", f"etl, batch, {_ALL}"),
        stateMachineArn="$BatchArn",
        input="{",
    ),
    _call(
        *("list batches", "stepfunctions.list_executions", "reader, CloudFormation, administrator"),
        stateMachineArn="$BatchArn",
    ),
    _call(
        *("read an alias", "lambda.get_alias", f"deploy, reader, {_ALL}"),
        FunctionName="$FunctionName",
        Name="dev",
    ),
    _call(
        *("run a task", "ecs.run_task", "batch, bounded, administrator"),
        taskDefinition="tastetrend-local-etl-task-none",
    ),
    _call(
        *("write the log of a function", "logs.put_log_events", f"etl, {_ALL}"),
        logGroupName="/aws/lambda/tastetrend-local-etl",
        logStreamName="none",
        logEvents=_LINE,
    ),
    _call(
        *("write the log of a task", "logs.put_log_events", f"etl-task-execution, {_ALL}"),
        logGroupName="/aws/ecs/tastetrend-local-etl-task",
        logStreamName="none",
        logEvents=_LINE,
    ),
)
_MESSAGES = (
    _queue("add a failed event", "send_message", "FailureQueueUrl", f"etl, batch, {_ALL}", MessageBody="\0"),
    _queue("read failed events", "receive_message", "FailureQueueUrl", "bounded, administrator"),
    _queue("ask for an embedding", "send_message", "EmbeddingQueueUrl", f"embed, {_ALL}", MessageBody="\0"),
    _queue(
        "count what waits",
        "get_queue_attributes",
        "EmbeddingQueueUrl",
        f"embed, operator, analyst, reader, {_ALL}",
    ),
    _call("read alarms", "cloudwatch.describe_alarms", "reader, bounded, administrator"),
    _call(
        *("publish an alarm", "sns.publish", "CloudFormation, administrator"),
        TopicArn="$AlarmTopicArn",
        Message="test",
    ),
)
_SEARCH = (
    _vectors("delete vectors", "delete_vectors", "embed, bounded, administrator", keys=["none"]),
    _vectors(
        *("search vectors", "query_vectors", "analyst, administrator"),
        queryVector={"float32": [1.0] * 1_024},
        topK=1,
    ),
    _vectors("delete the index", "delete_index", "CloudFormation, administrator", indexName="none"),
    _call(
        *(
            "call the model",
            "bedrock-runtime.invoke_model",
            "embed, quality-gate, analyst, bounded, administrator",
        ),
        modelId="amazon.titan-embed-text-v2:0",
        body="{}",
    ),
    _call(
        *("call another model", "bedrock-runtime.invoke_model", "bounded, administrator"),
        modelId="amazon.titan-embed-text-v1",
        body="{}",
    ),
    _call(
        *("query the curated data", "athena.start_query_execution", "analyst, CloudFormation, administrator"),
        QueryString="SELECT 1",
        WorkGroup="$WorkgroupName",
    ),
    _call(
        *("query in another workgroup", "athena.start_query_execution", "administrator"),
        QueryString="SELECT 1",
        WorkGroup="primary",
    ),
)
_ACCOUNT = (
    _call(
        *(
            "read the key of pseudonyms",
            "secretsmanager.get_secret_value",
            f"{_FILE}, embed, erase, bounded, administrator",
        ),
        SecretId="$SecretArn",
    ),
    _call(
        *(
            "read the stack's outputs",
            "cloudformation.describe_stacks",
            "deploy, diff, operator, analyst, reader, administrator",
        ),
        StackName="tastetrend-local",
    ),
    _call(
        *("update the stack", "cloudformation.update_stack", "deploy, administrator"),
        StackName="tastetrend-local",
        UsePreviousTemplate=True,
    ),
    _call(
        *("create a role without the boundary", "iam.create_role", "administrator"),
        RoleName="tastetrend-local-new",
        AssumeRolePolicyDocument="{",
    ),
    _assume(
        "deploy by the bootstrap's role",
        f"cdk-hnb659fds-deploy-role-{ACCOUNT}-{REGION}",
        "deploy, administrator",
    ),
    _assume("become a function", "tastetrend-local-embed-role", ""),
)
ACCESS = (*_RAW, *_OUTPUTS, *_OTHER_OBJECTS, *_FUNCTIONS, *_MESSAGES, *_SEARCH, *_ACCOUNT)
