"""CloudFormation and the scanners accept the templates, and synthesis is deterministic."""

import json

import pytest
from aws_cdk import Validations
from aws_cdk.assertions import Annotations, Match
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from cfnlint import api

# CDK states a dependency that a reference states as well; its own validation leaves this rule out too.
REDUNDANT_DEPENDENCY = "W3005"


def test_cfn_lint_finds_nothing(any_stack):
    config = {"regions": ["eu-west-1", "us-east-1"], "ignore_checks": [REDUNDANT_DEPENDENCY]}

    assert [str(found) for found in api.lint(any_stack.template_file.read_text(), config=config)] == []


def test_there_is_no_warning_at_which_make_synth_would_end(any_stack):
    annotations = Annotations.from_stack(any_stack.stack)

    warnings = annotations.find_warning("*", Match.any_value())

    assert [warning.entry.data for warning in warnings] == []


@pytest.mark.parametrize("pack", [AwsSolutionsChecks, ServerlessChecks])
def test_cdk_nag_finds_nothing(pack, any_stack):
    report = pack(any_stack.app).validate_scope(any_stack.stack)

    assert [violation.rule_name for violation in report.violations] == []


def test_every_acknowledged_finding_has_a_reason(any_stack):
    acknowledged = {
        rule: reason
        for construct in any_stack.stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == Validations.ACKNOWLEDGED_RULES_METADATA_KEY
        for rule, reason in entry.data.items()
    }

    assert acknowledged
    assert not {rule: reason for rule, reason in acknowledged.items() if len(reason) < 20}


NAMES = ("etl", "etl-large", "batch-report", "quality-gate", "erase")


def test_there_is_no_custom_resource(any_stack):
    kinds = {resource["Type"] for resource in any_stack.document["Resources"].values()}

    assert not [
        kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::CustomResource"))
    ]
    functions = {function["FunctionName"] for function in any_stack.properties("Lambda::Function").values()}
    embed = ("embed", "embedding-switch") if any_stack.environment.retrieval else ()
    assert functions == {f"tastetrend-{any_stack.name}-{name}" for name in (*NAMES, *embed)}


def test_synthesis_needs_no_lookup_in_aws(any_stack):
    manifest = json.loads((any_stack.folder / "manifest.json").read_text())

    assert "missing" not in manifest


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_synthesis_is_deterministic(synthesise):
    first, second = contents(synthesise("prod").folder), contents(synthesise("prod").folder)

    assert "tastetrend-prod.template.json" in first
    assert first == second


def test_the_stack_has_the_outputs_that_the_commands_and_operators_need(any_stack):
    retrieval = {"VectorBucketName", "VectorIndexName", "EmbeddingQueueUrl"}
    promoted = {f"Promoted{tier}{alias}Version" for tier in ("", "Large") for alias in ("Staging", "Prod")}
    assert set(any_stack.document["Outputs"]) == {
        *promoted,
        *(retrieval if any_stack.environment.retrieval else ()),
        "RawBucketName",
        "ProcessedBucketName",
        "ArtifactsBucketName",
        "FunctionName",
        "LiveAliasName",
        "LogGroupName",
        "FailureQueueUrl",
        "BatchArn",
        "AlarmTopicArn",
        "DatabaseName",
        "WorkgroupName",
        *(f"Promoted{tier}{alias}Version" for tier in ("", "Large") for alias in ("Staging", "Prod")),
        "EraseFunctionName",
    }
