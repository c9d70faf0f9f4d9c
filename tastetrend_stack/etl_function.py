"""The functions that turn one raw file into its parquet, and what their roles allow."""

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import CfnDynamicReference, CfnDynamicReferenceService, Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.file_access import WRITE, file_grants, file_variables
from tastetrend_stack.iam import GATE_OUTPUTS, Grant, KeyAccess, bucket_arn, object_arns, regional_arn
from tastetrend_stack.layers import LAYER_PARAMETERS
from tastetrend_stack.python_function import FunctionCode, FunctionSpec, PythonFunction

_ASSET = Path(__file__).parents[1] / "lambda_src"
# Files that tools leave behind would change the asset's hash and publish a version of unchanged code.
_NOT_CODE = ["**/__pycache__", "**/*.pyc", "**/.*", "**/*.egg-info"]


@dataclass(frozen=True)
class Tier:
    """A size of the function: its name, memory, /tmp and timeout. `limits.py` derives the limits of files."""

    name: str
    size: str
    memory_mb: int
    disk_mb: int
    timeout: Duration


SMALL = Tier("etl", "small", 1_024, 512, Duration.seconds(30))
LARGE = Tier("etl-large", "large", 3_008, 10_240, Duration.minutes(15))


class EtlFunction(Construct):
    """The function of one tier, its log group and its role, all under fixed names.

    `belongs_to`: of the large tier, the version of the small one. As it is among the variables, a new version
    of the small function gives the large one a new version too.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        key: KeyAccess,
        tier: Tier = SMALL,
        belongs_to: str = "",
    ) -> None:
        super().__init__(scope, construct_id)
        asset = lambda_.Code.from_asset(str(_ASSET), exclude=_NOT_CODE)
        self.code = FunctionCode(asset, [self._find_layer(*layer) for layer in LAYER_PARAMETERS.items()])
        belonging = {"ETL_VERSION": belongs_to} if belongs_to else {"BATCH_ARN": _batch_arn(environment)}
        event_grants = _event_grants(environment) if tier is SMALL else []
        spec = FunctionSpec(
            name=environment.resource_name(tier.name),
            description="Turns one raw review file into one clean parquet, with reports",
            handler="api_handler.lambda_handler",
            memory_mb=tier.memory_mb,
            disk_mb=tier.disk_mb,
            timeout=tier.timeout,
            reserved_concurrency=environment.reserved_concurrency if tier is SMALL else None,
            variables={**file_variables(environment, tier.size), **belonging, **key.variables},
            policy_name="etl",
            grants=[*file_grants(environment), *event_grants, *key.grants],
            role_description="Reads raw review files, writes processed ones, and nothing else",
        )
        self.function = PythonFunction(self, "Function", spec, environment=environment, code=self.code)

    def _find_layer(self, name: str, parameter: str) -> lambda_.ILayerVersion:
        arn = CfnDynamicReference(CfnDynamicReferenceService.SSM, parameter).to_string()
        return lambda_.LayerVersion.from_layer_version_arn(self, name, arn)


def _batch_arn(environment: Environment) -> str:
    return regional_arn("states", f"stateMachine:{environment.resource_name('batch')}")


def _event_grants(environment: Environment) -> list[Grant]:
    """Return what the function that gets the events needs too: to replay golden files, and to pass on."""
    read = ["s3:GetObject", "s3:GetObjectVersion"]
    golden = "The quality gate replays golden files under keys of its own run"
    return [
        Grant(["s3:ListBucket"], [bucket_arn(environment, "artifacts")]),
        Grant(read, object_arns(environment, "artifacts", "gate"), golden),
        Grant(WRITE, object_arns(environment, "artifacts", *GATE_OUTPUTS), golden),
        Grant(["sqs:SendMessage"], [regional_arn("sqs", environment.resource_name("etl-failures"))]),
        Grant(["states:StartExecution"], [_batch_arn(environment)]),
    ]
