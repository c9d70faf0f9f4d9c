"""What limits the roles, and CloudFormation when it deploys: enough for the stack, and no more."""

import json
import re
from pathlib import Path

import pytest

from tests.stack.access import allowed, fill_in, role
from tests.stack.plain import as_list, plain

POLICIES = Path(__file__).parents[2] / "tastetrend_stack" / "policies"
NAMES = ("dev", "staging", "prod")
MAX_CHARACTERS = 6_144  # of a managed policy, without white space
ARN = "arn:aws:{}:eu-west-1:111122223333:{}"
CLOUDFORMATION = role("cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1")
BOUNDARY = "arn:aws:iam::111122223333:policy/tastetrend-dev-boundary"
# Of the roles that AWS's managed policy belongs to.
CODEDEPLOY = ("lambda:GetAlias", "lambda:UpdateAlias", "cloudwatch:DescribeAlarms")


def read(policy, name):
    return json.loads((POLICIES / f"{policy}.json").read_text().replace("<env>", name))


@pytest.mark.parametrize("policy", ["boundary", "execution"])
def test_a_policy_is_small_enough_for_iam(policy):
    text = (POLICIES / f"{policy}.json").read_text().replace("<env>", "staging")

    assert len("".join(text.split())) <= MAX_CHARACTERS


@pytest.fixture(scope="module")
def all_bounded_stacks(synthesise):
    return {name: synthesise(name, boundary="on", large_files="fargate") for name in NAMES}


@pytest.fixture(params=NAMES)
def bounded(request, all_bounded_stacks):
    """Return an environment's stack with all that can be switched on."""
    return all_bounded_stacks[request.param]


def test_every_role_has_the_boundary(bounded):
    roles = bounded.properties("IAM::Role").values()

    assert len(roles) > 5
    for each in roles:
        boundary = plain(each["PermissionsBoundary"])
        assert boundary.endswith(f":iam::${{AWS::AccountId}}:policy/tastetrend-{bounded.name}-boundary")


def test_without_the_option_there_is_no_boundary(any_stack):
    assert "PermissionsBoundary" not in any_stack.template_file.read_text()


def grants_of(stack):
    """Yield name of the role, action, resource and conditions of all that a stack's roles allow."""
    for each in stack.properties("IAM::Role").values():
        for policy in each.get("Policies", []):
            for statement in fill_in(plain(policy["PolicyDocument"]))["Statement"]:
                for action in as_list(statement["Action"]):
                    for resource in as_list(statement["Resource"]):
                        yield each["RoleName"], action, resource
    for policy in stack.properties("IAM::Policy").values():
        for statement in fill_in(plain(policy["PolicyDocument"]))["Statement"]:
            for action in as_list(statement["Action"]):
                for resource in as_list(statement["Resource"]):
                    yield policy["PolicyName"], action, resource


def made_concrete(resource, name):
    """Return an ARN that a resource of a policy stands for; references to other resources get their names."""
    for reference, arn in (
        (
            "${PseudonymKeySecret",
            f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:tastetrend-{name}-key",
        ),
        ("${GateFunction", f"arn:aws:lambda:eu-west-1:111122223333:function:tastetrend-{name}-quality-gate"),
    ):
        if resource.startswith(reference):
            resource = arn + resource[resource.index("}") + 1 :]
    resource = re.sub(r"\$\{Shift\w+\}", f"tastetrend-{name}-etl", resource)  # of CodeDeploy
    return resource.replace("*", "any/thing") if resource != "*" else resource


def test_the_boundary_allows_all_that_the_roles_are_granted(bounded):
    name = bounded.name
    boundary = read("boundary", name)
    keys = {
        "kms_ViaService": "s3.eu-west-1.amazonaws.com",
        "kms_ResourceAliases": [f"alias/tastetrend-{name}-data"],
        # The evaluator does not replace the variable, which stands for the account.
        "aws_PrincipalAccount": "111122223333",
    }
    text = json.dumps(boundary).replace("${aws:PrincipalAccount}", "111122223333")
    checked = 0
    for holder, action, resource in grants_of(bounded):
        concrete = made_concrete(resource, name)
        assert allowed([json.loads(text)], role(holder), action, concrete, **keys), (holder, action, concrete)
        checked += 1
    assert checked > 60


@pytest.mark.parametrize("call", CODEDEPLOY)
def test_the_boundary_lets_codedeploy_move_an_alias(call):
    function = ARN.format("lambda", "function:tastetrend-prod-etl")

    assert allowed([read("boundary", "prod")], role("tastetrend-prod-shift-role"), call, function)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", "arn:aws:iam::111122223333:role/a"),
        ("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/tastetrend-dev-etl-role"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/tastetrend-dev-etl-role"),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/a"),
        ("s3:GetObject", "arn:aws:s3:::tastetrend-prod-raw-111122223333/a.csv"),
        ("s3:GetObject", "arn:aws:s3:::another/a.csv"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::tastetrend-dev-raw-111122223333"),
        (
            "secretsmanager:GetSecretValue",
            ARN.format("secretsmanager", "secret:tastetrend-prod-pseudonym-key"),
        ),
        ("lambda:UpdateFunctionCode", ARN.format("lambda", "function:tastetrend-dev-etl")),
    ],
)
def test_a_role_of_dev_gets_nothing_beyond_the_boundary_whatever_its_policy_says(action, resource):
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

    assert not allowed([everything], role("tastetrend-dev-x"), action, resource, read("boundary", "dev"))


def may(action, resource, **keys):
    return allowed([read("execution", "dev")], CLOUDFORMATION, action, resource, **keys)


CREATED = {
    "AWS::Athena::WorkGroup": ("athena:CreateWorkGroup", ARN.format("athena", "workgroup/tastetrend-dev")),
    "AWS::CloudTrail::Trail": (
        "cloudtrail:CreateTrail",
        ARN.format("cloudtrail", "trail/tastetrend-dev-audit"),
    ),
    "AWS::CloudWatch::Alarm": (
        "cloudwatch:PutMetricAlarm",
        ARN.format("cloudwatch", "alarm:tastetrend-dev-etl-errors"),
    ),
    "AWS::CloudWatch::Dashboard": (
        "cloudwatch:PutDashboard",
        "arn:aws:cloudwatch::111122223333:dashboard/tastetrend-dev",
    ),
    "AWS::CodeDeploy::Application": (
        "codedeploy:CreateApplication",
        ARN.format("codedeploy", "application:tastetrend-dev-etl"),
    ),
    "AWS::CodeDeploy::DeploymentGroup": (
        "codedeploy:CreateDeploymentGroup",
        ARN.format("codedeploy", "deploymentgroup:tastetrend-dev-etl/tastetrend-dev-etl-dev"),
    ),
    "AWS::Events::Rule": ("events:PutRule", ARN.format("events", "rule/tastetrend-dev-embedding-resume")),
    "AWS::Glue::Database": ("glue:CreateDatabase", ARN.format("glue", "database/tastetrend_dev")),
    "AWS::Glue::Table": ("glue:CreateTable", ARN.format("glue", "table/tastetrend_dev/reviews")),
    "AWS::KMS::Alias": ("kms:CreateAlias", ARN.format("kms", "alias/tastetrend-dev-data")),
    "AWS::KMS::Key": ("kms:CreateKey", "*"),
    "AWS::Lambda::Alias": ("lambda:CreateAlias", ARN.format("lambda", "function:tastetrend-dev-etl")),
    "AWS::Lambda::EventInvokeConfig": (
        "lambda:PutFunctionEventInvokeConfig",
        ARN.format("lambda", "function:tastetrend-dev-etl:dev"),
    ),
    "AWS::Lambda::EventSourceMapping": ("lambda:CreateEventSourceMapping", "*"),
    "AWS::Lambda::Function": ("lambda:CreateFunction", ARN.format("lambda", "function:tastetrend-dev-etl")),
    "AWS::Lambda::Permission": ("lambda:AddPermission", ARN.format("lambda", "function:tastetrend-dev-etl")),
    "AWS::Lambda::Version": ("lambda:PublishVersion", ARN.format("lambda", "function:tastetrend-dev-etl")),
    "AWS::Logs::LogGroup": (
        "logs:CreateLogGroup",
        ARN.format("logs", "log-group:/aws/lambda/tastetrend-dev-etl"),
    ),
    "AWS::S3::Bucket": ("s3:CreateBucket", "arn:aws:s3:::tastetrend-dev-raw-111122223333"),
    "AWS::S3::BucketPolicy": ("s3:PutBucketPolicy", "arn:aws:s3:::tastetrend-dev-raw-111122223333"),
    "AWS::S3Vectors::Index": (
        "s3vectors:CreateIndex",
        ARN.format("s3vectors", "bucket/tastetrend-dev-v/index/a"),
    ),
    "AWS::S3Vectors::VectorBucket": (
        "s3vectors:CreateVectorBucket",
        ARN.format("s3vectors", "bucket/tastetrend-dev-v"),
    ),
    "AWS::SNS::Topic": ("sns:CreateTopic", ARN.format("sns", "tastetrend-dev-alarms")),
    "AWS::SNS::TopicPolicy": ("sns:SetTopicAttributes", ARN.format("sns", "tastetrend-dev-alarms")),
    "AWS::SQS::Queue": ("sqs:CreateQueue", ARN.format("sqs", "tastetrend-dev-etl-failures")),
    "AWS::SQS::QueuePolicy": ("sqs:SetQueueAttributes", ARN.format("sqs", "tastetrend-dev-etl-failures")),
    "AWS::SecretsManager::Secret": (
        "secretsmanager:CreateSecret",
        ARN.format("secretsmanager", "secret:tastetrend-dev-pseudonym-key"),
    ),
    "AWS::StepFunctions::StateMachine": (
        "states:CreateStateMachine",
        ARN.format("states", "stateMachine:tastetrend-dev-batch"),
    ),
}
# These policies belong to roles, which a test below is about.
OF_ROLES = {"AWS::IAM::Role", "AWS::IAM::Policy"}


def test_cloudformation_may_create_each_kind_of_resource(all_stacks):
    kinds = {
        resource["Type"] for name in NAMES for resource in all_stacks[name].document["Resources"].values()
    }

    assert kinds - OF_ROLES == CREATED.keys()
    assert [kind for kind, call in CREATED.items() if not may(*call)] == []


@pytest.mark.parametrize("call", ["CreateRole", "PutRolePolicy", "AttachRolePolicy"])
def test_cloudformation_makes_no_role_without_the_boundary(call):
    target = f"iam:{call}", "arn:aws:iam::111122223333:role/tastetrend-dev-x"

    assert may(*target, iam_PermissionsBoundary=BOUNDARY)
    assert not may(*target)
    assert not may(*target, iam_PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", "arn:aws:iam::111122223333:role/a"),
        ("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/tastetrend-dev-deploy-role"),
        ("iam:UpdateAssumeRolePolicy", "arn:aws:iam::111122223333:role/tastetrend-dev-deploy-role"),
        ("iam:DeleteRolePermissionsBoundary", "arn:aws:iam::111122223333:role/tastetrend-dev-x"),
        ("iam:CreatePolicyVersion", BOUNDARY),
        ("iam:CreateUser", "arn:aws:iam::111122223333:user/a"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/a"),
        ("lambda:UpdateFunctionCode", ARN.format("lambda", "function:another")),
        ("s3:GetObject", "arn:aws:s3:::tastetrend-dev-raw-111122223333/a.csv"),
        ("s3:PutObject", "arn:aws:s3:::tastetrend-dev-raw-111122223333/a.csv"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::tastetrend-prod-raw-111122223333"),
        (
            "secretsmanager:GetSecretValue",
            ARN.format("secretsmanager", "secret:tastetrend-dev-pseudonym-key"),
        ),
        ("kms:Decrypt", ARN.format("kms", "key/12ab")),
        ("ec2:RunInstances", "*"),
    ],
)
def test_cloudformation_may_neither_leave_the_environment_nor_read_its_data(action, resource):
    assert not may(action, resource, iam_PermissionsBoundary=BOUNDARY)


def test_a_role_is_passed_to_services_of_the_stack_only():
    target = "iam:PassRole", "arn:aws:iam::111122223333:role/tastetrend-dev-etl-role"

    assert may(*target, iam_PassedToService="lambda.amazonaws.com")
    assert not may(*target, iam_PassedToService="ec2.amazonaws.com")
