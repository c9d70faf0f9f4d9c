"""What a workflow may do in an environment once it has signed in, on that environment's resources alone."""

from dataclasses import dataclass

from aws_cdk import Acknowledgment, Aws, DefaultStackSynthesizer
from aws_cdk import aws_iam as iam

from tastetrend_stack.environments import Environment
from tastetrend_stack.grants import accept, allow, arn

_QUALIFIER = DefaultStackSynthesizer.DEFAULT_QUALIFIER
_TAKEN_ON = ("deploy", "file-publishing", "lookup")  # what `cdk bootstrap` has made for `cdk deploy`


@dataclass(frozen=True)
class DeployPermissions:
    """The statements of one environment: for `cdk diff`, and for `cdk deploy` and the operator's commands."""

    environment: Environment

    @property
    def to_compare(self) -> list[iam.PolicyStatement]:
        """Return what reading the deployed template takes."""
        return [_on(["cloudformation:DescribeStacks", "cloudformation:GetTemplate"], [self._stack])]

    @property
    def to_release(self) -> list[iam.PolicyStatement]:
        """Return what deploying, promoting, rolling back and processing anew take."""
        return [
            _on(["sts:AssumeRole"], [_bootstrapped(kind) for kind in _TAKEN_ON]),
            # No role is passed: CloudFormation keeps to the one that `cdk deploy` has given the stack.
            _on([f"cloudformation:{call}" for call in _STACK_CALLS], [self._stack]),
            # The template asks for the bootstrap's version, which CloudFormation looks up as its caller.
            _on(["ssm:GetParameters"], [arn("ssm", f"parameter/cdk-bootstrap/{_QUALIFIER}/version")]),
            _on([f"lambda:{call}" for call in _FUNCTION_CALLS], [self._etl, f"{self._etl}:*"]),
            _on(["lambda:InvokeFunction"], [self._gate, *self._aliases]),
            allow(["s3:ListBucket"], [self._bucket(kind) for kind in ("raw", "processed", "artifacts")]),
            allow(
                ["s3:GetObject"], [self._raw, self._processed, *self._released]
            ),  # S3 asks it for a HEAD too
            allow(["s3:PutObject"], self._released),
            allow(["s3:DeleteObject"], [self._processed]),
        ]

    @property
    def accepted_to_compare(self) -> list[Acknowledgment]:
        """Return why the wildcards stay, for whoever scans the policy."""
        return [accept(self._stack, "CloudFormation ends a stack's ARN with an id of its own making")]

    @property
    def accepted_to_release(self) -> list[Acknowledgment]:
        """Return why the wildcards stay, for whoever scans the policy."""
        return [
            *self.accepted_to_compare,
            accept(f"{self._etl}:*", "A version's number is not known before it is deployed"),
            accept(self._raw, "Any raw file may have to be processed anew after a bad version"),
            accept(self._processed, "A bad version's outputs may stand under any key, below one prefix"),
            *(
                accept(objects, "Releases are kept under the numbers of versions")
                for objects in self._released
            ),
        ]

    @property
    def _stack(self) -> str:
        return arn("cloudformation", f"stack/{self.environment.named()}/*")

    @property
    def _etl(self) -> str:
        return arn("lambda", f"function:{self.environment.named('etl')}")

    @property
    def _gate(self) -> str:
        return arn("lambda", f"function:{self.environment.named('quality-gate')}")

    @property
    def _aliases(self) -> list[str]:
        return [f"{self._etl}:{alias}" for alias in ("dev", "staging", "prod")]

    @property
    def _raw(self) -> str:
        return f"{self._bucket('raw')}/*"

    @property
    def _processed(self) -> str:
        return f"{self._bucket('processed')}/processed/*"

    @property
    def _released(self) -> list[str]:
        return [f"{self._bucket('artifacts')}/{prefix}/*" for prefix in ("releases", "lambda")]

    def _bucket(self, kind: str) -> str:
        return f"arn:{Aws.PARTITION}:s3:::{self.environment.bucket_name(kind)}"


_STACK_CALLS = ("DescribeStacks", "DescribeStackEvents", "UpdateStack")
_FUNCTION_CALLS = ("GetFunction", "ListAliases", "GetAlias", "UpdateAlias")


def _on(actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    """Allow on resources whose ARNs name the account, and so need no condition."""
    return iam.PolicyStatement(actions=actions, resources=resources)


def _bootstrapped(kind: str) -> str:
    name = f"cdk-{_QUALIFIER}-{kind}-role-{Aws.ACCOUNT_ID}-{Aws.REGION}"
    return f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{name}"
