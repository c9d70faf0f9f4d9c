"""The buckets are private, encrypted and recoverable, and keep their logical ids."""

import pytest
from aws_cdk.assertions import Match

from tests.stack.plain import plain, policy_statements

BUCKETS = {
    "StorageRaw7E344C76": "raw",
    "StorageProcessedA33E9072": "processed",
    "StorageArtifacts08431D1F": "artifacts",
    "StorageAccessLogs96FB524C": "access-logs",
}
EXPIRING = {
    "StorageRaw7E344C76": [],
    "StorageProcessedA33E9072": ["queries/", "processed/", "curated/", "rejected/"],
    "StorageArtifacts08431D1F": ["gate/", "processed/", "reference/", "rejected/"],
}
DATA = ["StorageRaw7E344C76", "StorageProcessedA33E9072", "StorageArtifacts08431D1F"]


def test_every_bucket_keeps_its_logical_id(any_stack):
    audit = {"AuditBucket7486E833": "audit"} if any_stack.name != "local" else {}
    named = {
        logical_id: plain(properties["BucketName"])
        for logical_id, properties in any_stack.properties("S3::Bucket").items()
    }

    assert named == {
        logical_id: f"tastetrend-{any_stack.name}-{kind}-${{AWS::AccountId}}"
        for logical_id, kind in (BUCKETS | audit).items()
    }


def test_every_bucket_is_private_encrypted_and_owner_enforced(any_stack):
    any_stack.template.all_resources_properties(
        "AWS::S3::Bucket",
        {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "BucketEncryption": Match.any_value(),  # test_data_key.py compares the keys
        },
    )


@pytest.mark.parametrize("bucket", BUCKETS)
def test_access_without_tls_is_denied(bucket, any_stack):
    denied = [
        statement
        for _, statement in policy_statements(any_stack.document)
        if statement["Effect"] == "Deny"
        and "aws:SecureTransport" in str(statement)
        and f"${{{bucket}.Arn}}" in statement["Resource"]
    ]

    assert denied == [
        {
            "Effect": "Deny",
            "Action": "s3:*",
            "Principal": {"AWS": "*"},
            "Resource": [f"${{{bucket}.Arn}}", f"${{{bucket}.Arn}}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


@pytest.mark.parametrize("bucket", DATA)
def test_overwritten_data_can_be_restored_for_a_while(bucket, any_stack):
    properties = any_stack.properties("S3::Bucket")[bucket]
    rule, *expiring = properties["LifecycleConfiguration"]["Rules"]

    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] >= 7
    assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7
    assert ("ExpirationInDays" in rule) is (bucket == DATA[0])  # only raw files expire under all prefixes
    assert ("ExpirationInDays" in rule) is not ("ExpiredObjectDeleteMarker" in rule)
    assert [other.get("Prefix") for other in expiring if other.get("Prefix") not in EXPIRING[bucket]] == []


@pytest.mark.parametrize("bucket", BUCKETS)
def test_no_two_rules_have_the_same_filter(bucket, any_stack):
    rules = any_stack.properties("S3::Bucket")[bucket]["LifecycleConfiguration"]["Rules"]
    prefixes = [rule.get("Prefix") for rule in rules]

    assert len(prefixes) == len(set(prefixes))


def test_objects_of_gate_runs_expire(any_stack):
    artifacts = any_stack.properties("S3::Bucket")["StorageArtifacts08431D1F"]
    _, *rules = artifacts["LifecycleConfiguration"]["Rules"]

    assert {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules} == {
        "gate/": 30,
        "processed/": 30,
        "reference/": 30,
        "rejected/": 30,
    }


@pytest.mark.parametrize("bucket", DATA)
def test_access_to_the_data_is_logged(bucket, any_stack):
    logging = any_stack.properties("S3::Bucket")[bucket]["LoggingConfiguration"]
    written = [
        statement["Condition"]["ArnLike"]["aws:SourceArn"]
        for _, statement in policy_statements(any_stack.document)
        if statement.get("Principal") == {"Service": "logging.s3.amazonaws.com"}
    ]

    assert plain(logging["DestinationBucketName"]) == "${StorageAccessLogs96FB524C}"
    assert f"${{{bucket}.Arn}}" in written


@pytest.mark.parametrize(
    ("name", "raw", "datasets", "curated", "rejected"),
    [
        ("local", 30, 30, 30, 30),
        ("dev", 90, 90, 90, 30),
        ("staging", 180, 180, 180, 90),
        ("prod", 730, 730, None, 90),
    ],
)
def test_data_expire_after_the_days_of_the_environment(name, raw, datasets, curated, rejected, all_stacks):
    uploads, processed = (
        {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in rules}
        for rules in (rules_of(all_stacks[name], bucket) for bucket in DATA[:2])
    )

    assert uploads == {None: raw}
    assert processed == {
        "queries/": 7,
        "processed/": datasets,
        **({"curated/": curated} if curated else {}),
        "rejected/": rejected,
    }


def rules_of(stack, bucket):
    """Return the rules of a bucket that delete current objects."""
    rules = stack.properties("S3::Bucket")[bucket]["LifecycleConfiguration"]["Rules"]
    return [rule for rule in rules if "ExpirationInDays" in rule]
