"""A deployment moves only the alias `dev`, and old versions remain for rollback."""

import re

import pytest

from tests.stack.plain import plain

TIERS = [pytest.param("EtlFunction", "", id="small"), pytest.param("EtlLargeFunction", "Large", id="large")]


def runs(synthesised, function):
    return {
        alias["Name"]: plain(alias["FunctionVersion"])
        for alias in synthesised.properties("Lambda::Alias").values()
        if is_of(alias, function)
    }


def newest_version(synthesised, function):
    """Return the logical id of the only version of a function in the template."""
    versions = synthesised.properties("Lambda::Version")
    (newest,) = (name for name, version in versions.items() if is_of(version, function))
    return newest


def is_of(resource, function):
    return re.fullmatch(rf"\${{{function}[0-9A-F]{{8}}}}", plain(resource["FunctionName"])) is not None


@pytest.mark.parametrize(("function", "tier"), TIERS)
def test_dev_follows_the_newest_version(function, tier, any_stack):
    newest = newest_version(any_stack, function)

    assert runs(any_stack, function)["dev"] == f"${{{newest}.Version}}"


@pytest.mark.parametrize(("function", "tier"), TIERS)
@pytest.mark.parametrize(("alias", "parameter"), [("staging", "StagingVersion"), ("prod", "ProdVersion")])
def test_a_deployment_does_not_move_a_promoted_alias(function, tier, alias, parameter, any_stack):
    newest, parameter = newest_version(any_stack, function), tier + parameter
    given = f"{parameter}Given"

    chosen = [given, f"${{{parameter}}}", f"${{{newest}.Version}}"]
    assert runs(any_stack, function)[alias] == {"Fn::If": chosen}
    assert plain(any_stack.document["Conditions"][given]) == {
        "Fn::Not": [{"Fn::Equals": [f"${{{parameter}}}", ""]}]
    }


@pytest.mark.parametrize(
    "parameter", ["StagingVersion", "ProdVersion", "LargeStagingVersion", "LargeProdVersion"]
)
def test_nothing_is_promoted_at_first_and_only_a_version_number_can_be(parameter, any_stack):
    declared = any_stack.document["Parameters"][parameter]

    assert declared["Default"] == ""
    assert declared["AllowedPattern"] == "[0-9]*"


@pytest.mark.parametrize(
    "parameter", ["StagingVersion", "ProdVersion", "LargeStagingVersion", "LargeProdVersion"]
)
def test_every_promotion_changes_an_output(parameter, any_stack):
    """Or CloudFormation would not keep the parameter of a promotion to the version that runs already."""
    output = any_stack.document["Outputs"][f"Promoted{parameter}"]["Value"]

    assert plain(output) == {"Fn::If": [f"{parameter}Given", f"${{{parameter}}}", "newest"]}


def test_old_versions_are_retained_for_rollback(any_stack):
    versions = any_stack.template.find_resources("AWS::Lambda::Version").values()

    assert [(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in versions] == [
        ("RetainExceptOnCreate", "Retain"),
        ("RetainExceptOnCreate", "Retain"),
    ]


def test_a_version_of_the_large_function_names_the_one_that_it_belongs_to(any_stack):
    """So each version of the small function has one of the large one, which a promotion finds."""
    newest = newest_version(any_stack, "EtlFunction")
    _, large = any_stack.function("etl-large")

    assert plain(large["Environment"]["Variables"]["ETL_VERSION"]) == f"${{{newest}.Version}}"
    assert newest[-32:] != newest_version(any_stack, "EtlLargeFunction")[-32:]


def test_the_large_aliases_move_after_the_small_ones(any_stack):
    aliases = any_stack.template.find_resources("AWS::Lambda::Alias")
    small = {name for name, alias in aliases.items() if is_of(alias["Properties"], "EtlFunction")}

    for name in aliases.keys() - small:
        assert small <= set(aliases[name]["DependsOn"])
