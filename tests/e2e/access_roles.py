"""The callers of the table of access, on an emulator that has the stack with all of its roles."""

import json
from dataclasses import replace
from functools import cache
from string import Template

import boto3
from aws_cdk import App
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from local.emulator import ACCOUNT, PROJECT, REGION
from tastetrend_stack.deploy_role import DeployRoles
from tastetrend_stack.environments import ENVIRONMENTS
from tests.e2e.access_table import OTHER_BUCKETS, PIPELINE, WORKFLOWS

POLICIES = PROJECT / "tastetrend_stack" / "policies"
OTHER_ACCOUNT = "444455556666"
DENIED = {"AccessDenied", "AuthorizationError", "AccessDeniedException", "MissingAuthenticationToken"}
# The trust policies of these have conditions that only ECS and GitHub fulfil.
CONDITIONAL = ("etl-task", "etl-task-execution", *WORKFLOWS)
STACK, QUEUE = "stack/tastetrend-local/*", "tastetrend-local-embedding"
MODEL = f"arn:aws:bedrock:{REGION}::foundation-model/amazon.titan-embed-text-v2:0"


def policy(*grants):
    """Return a policy document of actions, separated by spaces, with their resources."""
    statements = [
        {"Effect": "Allow", "Action": actions.split(), "Resource": list(arns)} for actions, *arns in grants
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(account):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": account}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def bucket(kind, key=""):
    return f"arn:aws:s3:::tastetrend-local-{kind}-{ACCOUNT}{key}"


ANYTHING = policy(("*", "*"))
PEOPLE = {
    "uploader": policy(("s3:PutObject", bucket("raw", "/*"))),  # docs/operations.md
    "operator": policy(  # docs/erasure.md
        ("cloudformation:DescribeStacks", arn("cloudformation", STACK)),
        (
            "lambda:InvokeFunction",
            *(
                arn("lambda", f"function:tastetrend-local-{name}")
                for name in ("erase", "etl:dev", "etl-large:dev")
            ),
        ),
        ("s3:ListBucketVersions", bucket("raw"), bucket("processed")),
        ("s3:PutObject", bucket("artifacts", "/erasures/*")),
        ("sqs:GetQueueAttributes", arn("sqs", QUEUE)),
    ),
    "analyst": policy(  # docs/curated.md and docs/retrieval.md
        (
            (
                "athena:StartQueryExecution athena:StopQueryExecution athena:GetQueryExecution "
                "athena:GetQueryResults athena:GetWorkGroup"
            ),
            arn("athena", "workgroup/tastetrend-local"),
        ),
        ("s3:GetBucketLocation s3:ListBucket", bucket("processed")),
        ("s3:GetObject", bucket("processed", "/curated/*")),
        (
            "s3:GetObject s3:PutObject s3:AbortMultipartUpload s3:ListMultipartUploadParts",
            bucket("processed", "/queries/*"),
        ),
        ("cloudformation:DescribeStacks", arn("cloudformation", STACK)),
        ("bedrock:InvokeModel", MODEL),
        (
            "s3vectors:QueryVectors s3vectors:GetVectors",
            arn("s3vectors", "bucket/tastetrend-local-vectors-*"),
        ),
        ("sqs:GetQueueAttributes", arn("sqs", QUEUE)),
    ),
}


def read_policy(name):
    """Return one of the policies that a person creates; the emulator does not know the variable."""
    text = (POLICIES / f"{name}.json").read_text().replace("<env>", "local")
    return text.replace("${aws:PrincipalAccount}", ACCOUNT)


class Callers:
    """All callers, each with its own credentials."""

    def __init__(self, connection, outputs):
        self._connection = connection
        self.client = cache(lambda service: boto3.client(service, **connection))
        self.connect = cache(self._connect)
        self._names = outputs | self._find_names()

    def _find_names(self):
        sources = self.client("lambda").list_event_source_mappings(FunctionName="tastetrend-local-embed")
        secret = self.client("secretsmanager").describe_secret(SecretId="tastetrend-local-pseudonym-key")
        return {"SourceId": sources["EventSourceMappings"][0]["UUID"], "SecretArn": secret["ARN"]}

    def create(self, folder):
        """Create the callers and the buckets that the stack does not have."""
        for name in OTHER_BUCKETS.values():
            self.client("s3").create_bucket(Bucket=name)
        self._deploy_workflow_roles(folder)
        for name in CONDITIONAL:
            self.client("iam").update_assume_role_policy(
                RoleName=f"tastetrend-local-{name}-role", PolicyDocument=trust(ACCOUNT)
            )
        boundary = self.client("iam").create_policy(
            PolicyName="tastetrend-local-boundary", PolicyDocument=read_policy("boundary")
        )
        self._create_role("bounded", ANYTHING, PermissionsBoundary=boundary["Policy"]["Arn"])
        self._create_role("CloudFormation", read_policy("execution"))
        self._create_role("administrator", ANYTHING)
        for name, permissions in PEOPLE.items():
            self._create_role(name, permissions)
        self._create_role("administrator", ANYTHING, account=OTHER_ACCOUNT)

    def _deploy_workflow_roles(self, folder):
        app = App(outdir=str(folder))
        compared = replace(ENVIRONMENTS["local"], compared=True)
        DeployRoles(app, "roles", environment=compared, repository="octo/reviews")
        app.synth()
        stacks = self.client("cloudformation")
        template = (folder / "roles.template.json").read_text()
        stacks.create_stack(StackName="roles", TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
        stacks.get_waiter("stack_create_complete").wait(StackName="roles", WaiterConfig={"Delay": 1})

    def _create_role(self, name, permissions, account=ACCOUNT, **more):
        iam = self._of_account(account, "iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(account), **more)
        iam.put_role_policy(RoleName=name, PolicyName="access", PolicyDocument=permissions)

    def _of_account(self, account, service):
        """Return a client of an account's root user."""
        other = {} if account == ACCOUNT else {"aws_access_key_id": account}
        return boto3.client(service, **(self._connection | other))

    def roles_of_the_stacks(self):
        """Return the names of all deployed roles, without prefix and suffix."""
        pages = self.client("iam").get_paginator("list_roles").paginate()
        names = [role["RoleName"] for page in pages for role in page["Roles"]]
        return {name[17:].removesuffix("-role") for name in names if name.startswith("tastetrend-local-")}

    def may(self, caller, call):
        """Try a call; an error other than a denial shows that the caller may do it."""
        service, _, operation = call.api.partition(".")
        parameters = {
            name: Template(value).substitute(self._names) if isinstance(value, str) else value
            for name, value in call.parameters.items()
        }
        try:
            getattr(self.connect(caller, service), operation)(**parameters)
        except ClientError as error:
            return error.response["Error"]["Code"] not in DENIED
        return True

    def _connect(self, caller, service):
        unsigned = {"signature_version": UNSIGNED} if caller == "anonymous" else {}
        config = {"config": Config(proxies={}, retries={"total_max_attempts": 1}, **unsigned)}
        credentials = {} if unsigned else self._assume(caller)
        return boto3.client(service, **(self._connection | credentials | config))

    @cache  # noqa: B019 # as long as the test
    def _assume(self, caller):
        role = f"tastetrend-local-{caller}-role" if caller in (*PIPELINE, *WORKFLOWS) else caller
        account = OTHER_ACCOUNT if caller == "another account" else ACCOUNT
        role = "administrator" if account == OTHER_ACCOUNT else role
        keys = self._of_account(account, "sts").assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="access"
        )["Credentials"]
        return {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
