"""A deployment moves only the alias `dev`, and old versions remain for rollback."""

import pytest

from tests.stack.plain import plain


def runs(synthesised):
    return {
        alias["Name"]: plain(alias["FunctionVersion"])
        for alias in synthesised.properties("Lambda::Alias").values()
    }


def test_dev_follows_the_newest_version(any_stack):
    newest, _ = any_stack.only("Lambda::Version")

    assert runs(any_stack)["dev"] == f"${{{newest}.Version}}"


@pytest.mark.parametrize(("alias", "parameter"), [("staging", "StagingVersion"), ("prod", "ProdVersion")])
def test_a_deployment_does_not_move_a_promoted_alias(alias, parameter, any_stack):
    newest, _ = any_stack.only("Lambda::Version")
    given = f"{parameter}Given"

    assert runs(any_stack)[alias] == {"Fn::If": [given, f"${{{parameter}}}", f"${{{newest}.Version}}"]}
    assert plain(any_stack.document["Conditions"][given]) == {
        "Fn::Not": [{"Fn::Equals": [f"${{{parameter}}}", ""]}]
    }


@pytest.mark.parametrize("parameter", ["StagingVersion", "ProdVersion"])
def test_nothing_is_promoted_at_first_and_only_a_version_number_can_be(parameter, any_stack):
    declared = any_stack.document["Parameters"][parameter]

    assert declared["Default"] == ""
    assert declared["AllowedPattern"] == "[0-9]*"


def test_old_versions_are_retained_for_rollback(any_stack):
    (version,) = any_stack.template.find_resources("AWS::Lambda::Version").values()

    assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")
