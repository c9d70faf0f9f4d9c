"""What a deleted stack has left can be imported: the reduced template has all of it and nothing else."""

import json

import pytest
from cfnlint import api

from tastetrend_stack.import_template import reduce

KINDS = {
    *("S3::Bucket", "SQS::Queue", "Logs::LogGroup", "SecretsManager::Secret", "KMS::Key"),
    *("S3Vectors::VectorBucket", "S3Vectors::Index"),
}


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_all_that_is_left_and_nothing_else_is_imported(name, all_stacks):
    resources = reduce(all_stacks[name].document)["Resources"]

    assert {resource["Type"] for resource in resources.values()} == {f"AWS::{kind}" for kind in KINDS}
    assert {resource["DeletionPolicy"] for resource in resources.values()} == {"RetainExceptOnCreate"}
    for kind in KINDS:
        assert all_stacks[name].properties(kind).keys() <= resources.keys()


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_it_refers_to_nothing_that_is_not_imported(name, all_stacks):
    reduced = reduce(all_stacks[name].document)
    references = {
        target.split(".")[0] if isinstance(target, str) else target[0] for target in references_of(reduced)
    }

    assert {each for each in references if not each.startswith("AWS::")} <= reduced["Resources"].keys()
    assert "DependsOn" not in str(reduced)


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_a_secret_is_imported_as_it_is_because_a_changed_one_would_be_generated_again(name, all_stacks):
    (secret,) = all_stacks[name].template.find_resources("AWS::SecretsManager::Secret").items()
    logical_id, resource = secret

    assert reduce(all_stacks[name].document)["Resources"][logical_id] == resource


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_the_reduced_template_is_valid(name, all_stacks):
    text = json.dumps(reduce(all_stacks[name].document))

    assert [str(found) for found in api.lint(text, config={"regions": ["eu-west-1"]})] == []


def references_of(node):
    """Yield the target of each Ref and GetAtt."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"Ref", "Fn::GetAtt"}:
                yield value
            else:
                yield from references_of(value)
    elif isinstance(node, list):
        for inner in node:
            yield from references_of(inner)
