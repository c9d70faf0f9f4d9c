"""Who may do what with the buckets: the policies are evaluated for each principal."""

import json

import pytest

from tastetrend_stack.options import UnknownOptionError, find_environment
from tests.stack.access import Principal, denied_by_resource, fill_in, role
from tests.stack.plain import as_list, plain, policy_statements
from tests.stack.test_environments import run_app

BUCKETS = ("raw", "processed", "artifacts", "access-logs")
ELSEWHERE = "444455556666"
NAMES = {"uploader_roles": "Upload", "operator_roles": "Operate", "analyst_roles": "aws-reserved/Analyse_*"}
ARNS = {option: role(name).arn for option, name in NAMES.items()}
UPLOADER, OPERATOR, ANALYST = role("Upload"), role("Operate"), role("aws-reserved/Analyse_12ab")
ANYBODY = role("Administrator")
SERVICE = Principal("logging.s3.amazonaws.com")
OBJECT_CALLS = ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject")


@pytest.fixture(scope="module")
def restricted(synthesise):
    """Return the stack of prod with named roles."""
    return synthesise("prod", **ARNS)


def policy_of(stack, kind):
    """Return a bucket's ARN and its policy."""
    logical_id, _ = next(
        (name, bucket)
        for name, bucket in stack.properties("S3::Bucket").items()
        if plain(bucket["BucketName"]) == stack.bucket(kind)
    )
    arn = f"arn:aws:s3:::{fill_in(stack.bucket(kind))}"
    (policy,) = (
        plain(each["PolicyDocument"])
        for each in stack.properties("S3::BucketPolicy").values()
        if plain(each["Bucket"]) == f"${{{logical_id}}}"
    )
    return arn, fill_in(json.loads(json.dumps(policy).replace(f"${{{logical_id}.Arn}}", arn)))


def is_denied(stack, kind, principal, action):
    arn, policy = policy_of(stack, kind)
    on_bucket = action in {"s3:ListBucket", "s3:PutBucketPolicy", "s3:DeleteBucket"}
    return denied_by_resource(policy, principal, action, arn if on_bucket else f"{arn}/a.csv")


@pytest.mark.parametrize("kind", BUCKETS)
@pytest.mark.parametrize("action", [*OBJECT_CALLS, "s3:ListBucket", "s3:PutBucketPolicy"])
def test_principals_of_other_accounts_are_denied_everything(kind, action, any_stack):
    stranger = role("Administrator", ELSEWHERE)

    assert is_denied(any_stack, kind, stranger, action)
    assert not is_denied(any_stack, kind, ANYBODY, action)
    assert not is_denied(any_stack, kind, SERVICE, action)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_bucket_of_the_audit_trail_denies_other_accounts_too(name, all_stacks):
    assert is_denied(all_stacks[name], "audit", role("Administrator", ELSEWHERE), "s3:GetObject")
    assert not is_denied(all_stacks[name], "audit", Principal("cloudtrail.amazonaws.com"), "s3:PutObject")


@pytest.mark.parametrize("action", OBJECT_CALLS)
@pytest.mark.parametrize(
    ("principal", "admitted"),
    [
        (UPLOADER, {"raw"}),
        (OPERATOR, {"raw", "processed", "artifacts"}),
        (ANALYST, {"processed"}),
        (ANYBODY, set()),
        (Principal("arn:aws:iam::111122223333:root"), set()),
        (SERVICE, {"raw", "processed", "artifacts"}),
    ],
    ids=["uploader", "operator", "analyst", "administrator", "root", "service"],
)
def test_only_named_roles_access_objects(principal, admitted, action, restricted):
    open_to = {kind for kind in BUCKETS[:3] if not is_denied(restricted, kind, principal, action)}

    assert open_to == admitted


def test_every_role_of_the_pipeline_accesses_the_objects_that_it_is_granted(restricted):
    checked = 0
    for resource in restricted.properties("IAM::Role").values():
        for policy in resource.get("Policies", []):
            for statement in plain(policy["PolicyDocument"]["Statement"]):
                for call in set(as_list(statement["Action"])) & {*OBJECT_CALLS}:
                    for kind in (each for each in BUCKETS[:3] if f"-{each}-" in str(statement["Resource"])):
                        assert not is_denied(restricted, kind, role(resource["RoleName"]), call)
                        checked += 1
    assert checked > 20


@pytest.mark.parametrize("action", ["s3:ListBucket", "s3:PutBucketPolicy", "s3:DeleteBucket"])
def test_who_manages_the_buckets_is_not_locked_out(action, restricted):
    assert not any(is_denied(restricted, kind, ANYBODY, action) for kind in BUCKETS)


def test_without_named_roles_iam_decides(any_stack):
    assert not [
        logical_id
        for logical_id, statement in policy_statements(any_stack.document)
        if "OtherRoles" in str(statement)
    ]


@pytest.mark.parametrize(
    "value",
    [
        "Upload",
        "arn:aws:iam::111122223333:user/a",
        "arn:aws:iam::1:role/a",
        "*",
        f"{UPLOADER.arn},",
        f"{UPLOADER.arn} b",
    ],
)
def test_what_is_no_role_is_rejected(value):
    with pytest.raises(UnknownOptionError, match="uploader_roles=<ARN>,<ARN>"):
        find_environment("prod", uploader_roles=value)


def test_the_context_names_the_roles(tmp_path):
    completed = run_app({"env": "dev", **ARNS}, tmp_path)

    assert completed.returncode == 0, completed.stderr
    template = (tmp_path / "tastetrend-dev.template.json").read_text()
    assert all(arn in template for arn in ARNS.values())
