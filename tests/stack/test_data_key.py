"""The data of staging and prod are encrypted under a key, which every role may use that needs it."""

import pytest

from tastetrend_stack.data_key import key_actions
from tests.stack.access import Principal, allowed, fill_in
from tests.stack.plain import as_list, plain
from tests.stack.test_deploy_role import build as build_deploy_roles
from tests.stack.test_deploy_role import role as deploy_role

ENCRYPTED, OTHERS = ("staging", "prod"), ("local", "dev")
DATA = {"raw", "processed", "artifacts"}
READS, WRITES = {"s3:GetObject", "s3:GetObjectVersion"}, {"s3:PutObject"}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/12ab"


def encryption(stack):
    """Return kind → default encryption of each bucket."""
    return {
        plain(bucket["BucketName"]).split("-", 2)[2].removesuffix("-${AWS::AccountId}"): plain(
            bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
        )
        for bucket in stack.properties("S3::Bucket").values()
    }


@pytest.mark.parametrize("name", ENCRYPTED)
def test_the_buckets_with_data_use_the_key_and_few_calls_to_it(name, all_stacks):
    key, _ = all_stacks[name].only("KMS::Key")
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"${{{key}.Arn}}"}

    for kind, settings in encryption(all_stacks[name]).items():
        if kind in DATA:
            assert settings == {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": by_default}
        else:  # S3 delivers access logs to no bucket with a key of the customer's
            assert settings == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


@pytest.mark.parametrize("name", ENCRYPTED)
def test_the_key_is_rotated_and_outlives_the_stack(name, all_stacks):
    (key,) = all_stacks[name].template.find_resources("AWS::KMS::Key").values()

    assert key["Properties"]["EnableKeyRotation"] is True
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


@pytest.mark.parametrize("name", ENCRYPTED)
def test_the_key_leaves_access_to_iam(name, all_stacks):
    _, key = all_stacks[name].only("KMS::Key")
    (statement,) = plain(key["KeyPolicy"]["Statement"])

    assert statement["Principal"] == {"AWS": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}


@pytest.mark.parametrize("name", OTHERS)
def test_elsewhere_there_is_no_key(name, all_stacks):
    assert "kms" not in all_stacks[name].template_file.read_text().lower()


@pytest.mark.parametrize("name", ENCRYPTED)
def test_results_of_queries_are_encrypted_with_it(name, all_stacks):
    key, _ = all_stacks[name].only("KMS::Key")
    _, workgroup = all_stacks[name].only("Athena::WorkGroup")
    results = workgroup["WorkGroupConfiguration"]["ResultConfiguration"]

    assert plain(results["EncryptionConfiguration"]) == {
        "EncryptionOption": "SSE_KMS",
        "KmsKey": f"${{{key}.Arn}}",
    }


def roles_of(stack):
    """Return name → policy documents of each role that has policies of its own."""
    return {
        each["RoleName"]: [fill_in(plain(policy["PolicyDocument"])) for policy in each["Policies"]]
        for each in stack.properties("IAM::Role").values()
        if "Policies" in each
    }


@pytest.fixture(scope="module")
def encrypting_roles(all_task_stacks, tmp_path_factory):
    """Return the roles of staging and prod, those of the task and of the deployment included."""
    found = {}
    for name in ENCRYPTED:
        _, _, template = build_deploy_roles(name, tmp_path_factory.mktemp(name))
        deploying = deploy_role(template, "Deploy")
        documents = [fill_in(plain(policy["PolicyDocument"])) for policy in deploying["Policies"]]
        found |= roles_of(all_task_stacks[name]) | {deploying["RoleName"]: documents}
    return found


def calls_of(policies):
    return {
        action
        for policy in policies
        for statement in policy["Statement"]
        for action in as_list(statement["Action"])
    }


def may_use(policies, name, call, **keys):
    through_s3 = {
        "kms_ViaService": "s3.eu-west-1.amazonaws.com",
        "kms_ResourceAliases": [f"alias/tastetrend-{name}-data"],
    }
    return allowed(policies, Principal("arn:aws:iam::111122223333:role/a"), call, KEY, **(through_s3 | keys))


def test_who_reads_objects_may_decrypt_and_who_writes_them_may_encrypt(encrypting_roles):
    users = set()
    for role, policies in encrypting_roles.items():
        name = role.split("-")[1]
        calls = calls_of(policies)
        assert may_use(policies, name, "kms:Decrypt") == bool(calls & (READS | WRITES)), role
        assert may_use(policies, name, "kms:GenerateDataKey") == bool(calls & WRITES), role
        if calls & (READS | WRITES):
            users.add(role.removeprefix(f"tastetrend-{name}-"))

    assert users == {
        *("etl-role", "etl-large-role", "etl-task-role", "batch-role", "batch-report-role"),
        *("embed-role", "quality-gate-role", "deploy-role", "erase-role"),
    }


def test_the_key_is_used_through_s3_and_no_other_key_is(encrypting_roles):
    for role, policies in encrypting_roles.items():
        name = role.split("-")[1]
        other = "staging" if name == "prod" else "prod"
        for wrong in (
            {"kms_ViaService": "secretsmanager.eu-west-1.amazonaws.com"},
            {"kms_ResourceAliases": [f"alias/tastetrend-{other}-data"]},
            {"kms_ResourceAliases": None},
        ):
            assert not may_use(policies, name, "kms:Decrypt", **wrong), role


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (["s3:ListBucket", "sqs:SendMessage"], []),
        (["s3:GetObjectVersion"], ["kms:Decrypt"]),
        (["s3:PutObject"], ["kms:Decrypt", "kms:GenerateDataKey"]),
    ],
)
def test_the_calls_of_s3_to_the_key_follow_from_those_to_s3(calls, expected):
    assert key_actions(calls) == expected
