"""docs/security.md lists every suppressed finding, and each has a reason."""

import re
from pathlib import Path

import pytest
from aws_cdk import Validations

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
LISTED = {
    rule
    for cell in re.findall(r"^\| (`[^|]+) \|", PAGE[PAGE.index("## Suppressed findings") :], re.MULTILINE)
    for rule in re.findall(r"`([A-Za-z]+[-_]?[A-Za-z0-9_:-]*\d*)`", cell)
}
CODE = [
    path
    for folder in ("tastetrend_stack", "lambda_src", "ops", "local", "samples", "container")
    for path in (PROJECT / folder).rglob("*")
    if path.suffix == ".py" or path.name == "Dockerfile"
]


def in_code():
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        for rules, reason in re.findall(r"# nosec ([B\d, ]+?) # (.+)", text):
            yield from ((rule, reason) for rule in rules.split(", "))
        yield from re.findall(r"# checkov:skip=(\w+):(.+)", text)


def in_templates(stacks):
    for stack in stacks:
        for resource in stack.document["Resources"].values():
            for each in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
                yield each["id"], each["comment"]
        for construct in stack.stack.node.find_all():
            for entry in construct.node.metadata:
                if entry.type == Validations.ACKNOWLEDGED_RULES_METADATA_KEY:
                    yield from (
                        (rule.removeprefix("Annotation::").split("[")[0], reason)
                        for rule, reason in entry.data.items()
                    )


@pytest.fixture(scope="module")
def suppressed(all_stacks):
    return [*in_code(), *in_templates(all_stacks.values())]


def test_the_page_lists_what_is_suppressed(suppressed):
    assert {rule for rule, _ in suppressed} == LISTED


def test_each_suppression_has_a_reason(suppressed):
    assert [rule for rule, reason in suppressed if len(reason.split()) < 2] == []


def test_no_comment_suppresses_a_finding_without_naming_it():
    unnamed = [path.name for path in CODE if re.search(r"# nosec(?! B\d)", path.read_text(encoding="utf-8"))]

    assert unnamed == []
