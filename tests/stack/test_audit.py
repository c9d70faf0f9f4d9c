"""CloudTrail records who configures the environment, who touches its data and who invokes its functions."""

from dataclasses import replace

import pytest

from tastetrend_stack.environments import ENVIRONMENTS
from tests.stack.conftest import build
from tests.stack.plain import plain

AUDITED = ["dev", "staging", "prod"]
DATA = [f"${{Storage{kind}.Arn}}/" for kind in ("Raw7E344C76", "ProcessedA33E9072", "Artifacts08431D1F")]


def selected(stack):
    """Return the conditions of each selector: field → what it equals or begins with."""
    _, trail = stack.only("CloudTrail::Trail")
    assert "EventSelectors" not in trail
    return [
        {
            field["Field"]: plain(field.get("Equals") or field["StartsWith"])
            for field in selector["FieldSelectors"]
        }
        for selector in trail["AdvancedEventSelectors"]
    ]


@pytest.mark.parametrize("name", AUDITED)
def test_the_trail_records_management_objects_and_invocations_whether_they_read_or_write(name, all_stacks):
    functions = (
        f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:tastetrend-{name}-"
    )

    assert selected(all_stacks[name]) == [
        {"eventCategory": ["Management"]},
        {"eventCategory": ["Data"], "resources.type": ["AWS::S3::Object"], "resources.ARN": DATA},
        {
            "eventCategory": ["Data"],
            "resources.type": ["AWS::Lambda::Function"],
            "resources.ARN": [functions],
        },
    ]


@pytest.mark.parametrize("name", AUDITED)
def test_the_names_of_all_functions_begin_as_the_trail_expects(name, all_stacks):
    for function in all_stacks[name].properties("Lambda::Function").values():
        assert function["FunctionName"].startswith(f"tastetrend-{name}-")


@pytest.mark.parametrize("name", AUDITED)
def test_tampering_shows_and_the_records_have_a_bucket_of_their_own(name, all_stacks):
    _, trail = all_stacks[name].only("CloudTrail::Trail")

    assert trail["EnableLogFileValidation"] is True
    assert trail["IsLogging"] is True
    assert plain(trail["S3BucketName"]) == "${AuditBucket7486E833}"
    assert trail["IncludeGlobalServiceEvents"] is True  # those of IAM


def test_records_of_prod_cannot_be_deleted_before_they_expire(all_stacks):
    bucket = all_stacks["prod"].properties("S3::Bucket")["AuditBucket7486E833"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]

    assert bucket["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}},
    }
    assert rule["ExpirationInDays"] == 365
    assert "ObjectLockEnabled" not in bucket  # it would replace a bucket that is there


@pytest.mark.parametrize("name", AUDITED)
def test_no_role_bypasses_the_lock(name, all_stacks):
    assert "Bypass" not in all_stacks[name].template_file.read_text()


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_elsewhere_the_bucket_can_be_emptied(name, all_stacks):
    assert "ObjectLock" not in all_stacks[name].template_file.read_text()


def test_the_emulator_has_no_trail(all_stacks):
    assert "CloudTrail" not in all_stacks["local"].template_file.read_text()


def test_a_kind_of_events_that_costs_too_much_can_be_left_out(tmp_path):
    stack = build(replace(ENVIRONMENTS["dev"], audited=("management", "invocations")), tmp_path)

    assert [selector.get("resources.type") for selector in selected(stack)] == [
        None,
        ["AWS::Lambda::Function"],
    ]
