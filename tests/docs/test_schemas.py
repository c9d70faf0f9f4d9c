"""The output of `--json` has a schema for each command, and the tests compare the output with it."""

import json
import re

import pytest
from jsonschema import Draft202012Validator, ValidationError
from typer.main import get_command

from ops.cli import app
from ops.result import Result
from tests.docs.pages import PROJECT
from tests.json_output import SCHEMAS, check_output, checked

WITH_JSON = sorted(
    name
    for name, command in get_command(app).commands.items()
    if any("--json" in parameter.opts for parameter in command.params)
)
TESTS = [path.read_text(encoding="utf-8") for path in (PROJECT / "tests" / "unit").rglob("*.py")]


def schema(command):
    return json.loads((SCHEMAS / f"{command}.json").read_text(encoding="utf-8"))


def objects_in(node):
    """Yield each schema of an object with named properties."""
    if isinstance(node, dict):
        if "properties" in node:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from objects_in(inner)


def test_each_command_with_json_has_a_schema_and_there_are_no_others():
    assert sorted(path.stem for path in SCHEMAS.glob("*.json")) == WITH_JSON


@pytest.mark.parametrize("command", WITH_JSON)
def test_a_schema_is_valid_and_names_its_command(command):
    Draft202012Validator.check_schema(schema(command))

    assert schema(command)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema(command)["title"] == f"tastetrend {command} --json"
    assert schema(command)["description"].endswith(".")


@pytest.mark.parametrize("command", WITH_JSON)
def test_a_schema_says_whether_further_fields_are_allowed_and_what_must_be_there(command):
    found = list(objects_in(schema(command)))

    assert found
    assert [each for each in found if "additionalProperties" not in each or "required" not in each] == []


@pytest.mark.parametrize("command", WITH_JSON)
def test_the_unit_tests_compare_the_output_of_each_command_with_its_schema(command):
    """By the fixture `tastetrend`, with the option `--json`, or by `checked`."""
    by_fixture = [
        text
        for text in TESTS
        if re.search(rf'tastetrend\(\s*"{command}"|run\("{command}"', text) and "--json" in text
    ]
    by_result = [text for text in TESTS if re.search(rf'checked\(\s*"{command}"', text)]

    assert by_fixture or by_result


def test_an_output_that_does_not_fit_is_noticed():
    fits = {"environment": "dev", "failures": []}
    check_output(["failures", "--json"], json.dumps(fits, indent=2))

    for wrong in (fits | {"more": 1}, {"environment": "dev"}, fits | {"environment": "test"}):
        with pytest.raises(ValidationError):
            check_output(["failures", "--json"], json.dumps(wrong, indent=2))
        with pytest.raises(ValidationError):
            checked("failures", Result(wrong))


def test_a_time_that_is_none_is_noticed():
    wrong = {"time": "yesterday", "kind": "file", "text": "", "details": {}}

    with pytest.raises(ValidationError):
        checked("history", Result({"environment": "dev", "entries": [wrong]}))
