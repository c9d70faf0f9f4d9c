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

from local.emulator import ACCOUNT
from tastetrend_stack.deploy_role import DeployRoles
from tastetrend_stack.environments import ENVIRONMENTS
from tests.e2e.access_policies import ANYTHING, PEOPLE, read_policy
from tests.e2e.access_table import OTHER_BUCKETS, PIPELINE, WORKFLOWS

OTHER_ACCOUNT = "444455556666"
DENIED = {"AccessDenied", "AuthorizationError", "AccessDeniedException", "MissingAuthenticationToken"}
# The trust policies of these have conditions that only ECS and GitHub fulfil.
CONDITIONAL = ("etl-task", "etl-task-execution", *WORKFLOWS)


def trust(account):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": account}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Callers:
    """All callers, each with its own credentials."""

    def __init__(self, emulator, outputs):
        self._connection, self._environment = emulator.connection, emulator.environment
        self.client = cache(lambda service: boto3.client(service, **emulator.connection))
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

    def environment(self, caller):
        """Return the environment variables of a command that a caller runs."""
        keys = {name.upper(): value for name, value in self._assume(caller).items()}
        return self._environment | keys | {"COLUMNS": "250"}

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
