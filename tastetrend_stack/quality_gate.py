"""The function that checks a version on golden files, and what its role allows."""

from aws_cdk import Duration

from tastetrend_stack.embedding_function import MODEL, MODEL_ARN
from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import GATE_OUTPUTS, Grant, bucket_arn, object_arns, regional_arn
from tastetrend_stack.python_function import FunctionSpec

_MAY_EMBED = Grant(["bedrock:InvokeModel"], [MODEL_ARN], conditional=False)  # it belongs to no account


def quality_gate(environment: Environment, etl_version: str) -> FunctionSpec:
    """Describe the function; it has the code and the layers of this version of the etl function."""
    return FunctionSpec(
        name=environment.resource_name("quality-gate"),
        description="Checks a version of the etl function on golden files",
        handler="quality_gate.lambda_handler",
        timeout=Duration.minutes(10),
        variables={
            "ARTIFACTS_BUCKET": environment.bucket_name("artifacts"),
            "ETL_FUNCTION": environment.resource_name("etl"),
            "ETL_VERSION": etl_version,
            **({"EMBEDDING_MODEL": MODEL} if environment.retrieval else {}),
        },
        policy_name="gate",
        grants=[
            *_grants(environment),
            *(_hook_grants(environment) if environment.canary else []),
            *([_MAY_EMBED] if environment.retrieval else []),
        ],
        role_description="Replays golden files within the artifacts bucket, and has no access to data",
    )


def _grants(environment: Environment) -> list[Grant]:
    versions = regional_arn("lambda", f"function:{environment.resource_name('etl')}:*")
    any_version = "Any version may have to be checked; its number is not known beforehand"
    run = "Golden files and their outputs have keys of each run"
    kept = "Verdicts are kept under the numbers of versions"
    return [
        Grant(["lambda:InvokeFunction"], [versions], any_version),
        Grant(["s3:ListBucket"], [bucket_arn(environment, "artifacts")]),
        Grant(["s3:PutObject"], object_arns(environment, "artifacts", "gate"), run),
        Grant(["s3:GetObject"], object_arns(environment, "artifacts", "gate", *GATE_OUTPUTS), run),
        Grant(["s3:GetObject", "s3:PutObject"], object_arns(environment, "artifacts", "releases"), kept),
    ]


def _hook_grants(environment: Environment) -> list[Grant]:
    """Allow reading which version CodeDeploy is about to shift traffic to.

    The deployment group itself grants the answer to CodeDeploy.
    """
    name = environment.resource_name("etl")
    group = f"deploymentgroup:{name}/{name}-{environment.live_alias}"
    return [
        Grant(["codedeploy:GetDeployment"], [regional_arn("codedeploy", group)]),
        Grant(["codedeploy:GetApplicationRevision"], [regional_arn("codedeploy", f"application:{name}")]),
    ]
