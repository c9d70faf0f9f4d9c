"""Only the project's own workflows assume the roles, with no more than a deployment needs."""

import json

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
from cfnlint import api

from tastetrend_stack.deploy_role import DeployRoles, UnknownRepositoryError
from tastetrend_stack.environments import ENVIRONMENTS
from tests.stack.conftest import CDK_JSON
from tests.stack.plain import as_list, plain, policy_statements
from tests.stack.test_environments import run_app

ISSUER = "token.actions.githubusercontent.com"
REPOSITORY = "octo@12/reviews@34"
DEPLOYED = [name for name in ENVIRONMENTS if name != "local"]


def build(name, folder, repository=REPOSITORY):
    app = App(context=json.loads(CDK_JSON.read_text())["context"], outdir=str(folder))
    environment = ENVIRONMENTS[name]
    stack = DeployRoles(
        app, environment.resource_name("deploy"), environment=environment, repository=repository
    )
    app.synth()
    return app, stack, (folder / f"tastetrend-{name}-deploy.template.json").read_text()


@pytest.fixture(scope="module")
def roles(tmp_path_factory):
    """Return app, stack and template of every environment's roles."""
    return {name: build(name, tmp_path_factory.mktemp(name)) for name in DEPLOYED}


def role(template, purpose):
    resources = json.loads(template)["Resources"]
    (match,) = (resources[logical_id] for logical_id in resources if logical_id.startswith(f"{purpose}Role"))
    return match["Properties"]


def granted(template, purpose):
    """Return every (action, resource) that a role allows."""
    (policy,) = role(template, purpose)["Policies"]
    return {
        (action, plain(resource))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def trust(template, purpose):
    (statement,) = role(template, purpose)["AssumeRolePolicyDocument"]["Statement"]
    return plain(statement)


def is_trusted(token, statement):
    """Evaluate a token as IAM does: a missing claim equals no value."""
    (condition,) = statement["Condition"].values()
    assert list(statement["Condition"]) == ["StringEquals"]
    return all(token.get(key.removeprefix(f"{ISSUER}:")) == value for key, value in condition.items())


def main_token(environment, **claims):
    """Return the token of a job on main that deploys an environment."""
    subject = f"repo:{REPOSITORY}:environment:{environment}"
    return {"aud": "sts.amazonaws.com", "sub": subject, "ref": "refs/heads/main", **claims}


PULL_REQUEST_TOKEN = {
    "aud": "sts.amazonaws.com",
    "sub": f"repo:{REPOSITORY}:pull_request",
    "ref": "refs/pull/7/merge",
}


@pytest.mark.parametrize("name", DEPLOYED)
def test_only_github_assumes_the_roles(name, roles):
    _, _, template = roles[name]

    for logical_id in json.loads(template)["Resources"]:
        statement = trust(template, logical_id.split("Role")[0])
        assert statement["Effect"] == "Allow"
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"] == {
            "Federated": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{ISSUER}"
        }


@pytest.mark.parametrize("name", DEPLOYED)
def test_a_job_on_main_deploys_its_environment(name, roles):
    _, _, template = roles[name]

    assert trust(template, "Deploy")["Condition"] == {
        "StringEquals": {
            f"{ISSUER}:aud": "sts.amazonaws.com",
            f"{ISSUER}:sub": f"repo:{REPOSITORY}:environment:{name}",
            f"{ISSUER}:ref": "refs/heads/main",
        }
    }
    assert is_trusted(main_token(name), trust(template, "Deploy"))


@pytest.mark.parametrize(
    "token",
    [
        main_token("dev"),
        main_token("staging"),
        main_token("prod", sub="repo:octo@12/reviews-fork@35:environment:prod"),
        main_token("prod", sub="repo:octo@13/reviews@34:environment:prod"),
        main_token("prod", sub="repo:octo/reviews:environment:prod"),
        main_token("prod", sub=f"repo:{REPOSITORY}:environment:production"),
        main_token("prod", sub=f"repo:{REPOSITORY}:ref:refs/heads/main"),
        main_token("prod", ref="refs/heads/other"),
        main_token("prod", ref="refs/tags/main"),
        main_token("prod", aud="https://github.com/octo"),
        {key: value for key, value in main_token("prod").items() if key != "ref"},
        PULL_REQUEST_TOKEN,
    ],
    ids=lambda token: " ".join(token.values()),
)
def test_no_token_of_another_repository_branch_or_environment_deploys_prod(token, roles):
    _, _, template = roles["prod"]

    assert not is_trusted(token, trust(template, "Deploy"))


def test_a_pull_request_reads_the_template_of_dev_and_changes_nothing(roles):
    _, _, template = roles["dev"]

    assert trust(template, "Diff")["Condition"] == {
        "StringEquals": {
            f"{ISSUER}:aud": "sts.amazonaws.com",
            f"{ISSUER}:sub": f"repo:{REPOSITORY}:pull_request",
        }
    }
    assert is_trusted(PULL_REQUEST_TOKEN, trust(template, "Diff"))
    assert granted(template, "Diff") == {
        (call, "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/tastetrend-dev/*")
        for call in ("cloudformation:DescribeStacks", "cloudformation:GetTemplate")
    }


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_a_pull_request_has_no_role_in_staging_and_prod(name, roles):
    _, _, template = roles[name]

    assert len(json.loads(template)["Resources"]) == 1


@pytest.mark.parametrize("name", DEPLOYED)
def test_a_deployment_is_granted_only_its_environment_and_the_bootstrap(name, roles):
    _, _, template = roles[name]

    others = [
        resource
        for _, resource in granted(template, "Deploy")
        if f"tastetrend-{name}" not in resource and "cdk-" not in resource and ":key/" not in resource
    ]

    assert others == []


@pytest.mark.parametrize("name", DEPLOYED)
def test_a_deployment_assumes_only_the_bootstrap_roles(name, roles):
    _, _, template = roles[name]
    prefix, suffix = (
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds",
        "${AWS::AccountId}-${AWS::Region}",
    )

    assumed = {
        (action, resource)
        for action, resource in granted(template, "Deploy")
        if action.startswith(("sts:", "iam:"))
    }

    assert assumed == {
        ("sts:AssumeRole", f"{prefix}-{kind}-role-{suffix}") for kind in ("deploy", "file-publishing")
    }


@pytest.mark.parametrize("name", DEPLOYED)
def test_a_deployment_changes_its_stack_and_its_aliases_even_if_the_stack_cannot(name, roles):
    _, _, template = roles[name]
    prefix = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}"

    calls = {action for action, _ in granted(template, "Deploy") if action.startswith("cloudformation:")}
    moved = {resource for action, resource in granted(template, "Deploy") if action == "lambda:UpdateAlias"}

    assert calls == {
        f"cloudformation:{call}"
        for call in ("DescribeStacks", "DescribeStackEvents", "UpdateStack", "CancelUpdateStack")
    }
    assert moved == {
        f"{prefix % 'lambda'}:function:tastetrend-{name}-{function}{version}"
        for function in ("etl", "etl-large")
        for version in ("", ":*")
    }


@pytest.mark.parametrize("name", DEPLOYED)
def test_a_deployment_can_neither_write_datasets_nor_delete_raw_files(name, roles):
    _, _, template = roles[name]

    written = {resource for action, resource in granted(template, "Deploy") if action == "s3:PutObject"}
    deleted = {resource for action, resource in granted(template, "Deploy") if action == "s3:DeleteObject"}

    assert {resource.split("/", 1)[1] for resource in written} == {"releases/*", "lambda/*"}
    assert all(f"tastetrend-{name}-artifacts-" in resource for resource in written)
    assert deleted == {
        f"arn:${{AWS::Partition}}:s3:::tastetrend-{name}-processed-${{AWS::AccountId}}/{prefix}/*"
        for prefix in ("curated", "history", "processed", "reference", "rejected")
    }


@pytest.mark.parametrize("name", DEPLOYED)
def test_no_action_is_a_wildcard_and_every_grant_is_limited_to_the_account(name, roles):
    _, _, template = roles[name]

    for logical_id, statement in policy_statements(json.loads(template)):
        assert not [action for action in as_list(statement["Action"]) if "*" in action], logical_id
        for resource in as_list(statement.get("Resource", [])):
            limited = statement.get("Condition") == {
                "StringEquals": {"aws:ResourceAccount": "${AWS::AccountId}"}
            }
            assert limited if ":s3:::" in resource else ":${AWS::AccountId}:" in resource, resource


@pytest.mark.parametrize("name", DEPLOYED)
def test_the_scanners_find_nothing_and_every_acknowledgement_has_a_reason(name, roles):
    app, stack, template = roles[name]
    reasons = [
        reason
        for construct in stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == Validations.ACKNOWLEDGED_RULES_METADATA_KEY
        for reason in entry.data.values()
    ]

    assert [found.rule_name for found in AwsSolutionsChecks(app).validate_scope(stack).violations] == []
    assert [str(found) for found in api.lint(template, config={"regions": ["eu-west-1"]})] == []
    assert reasons
    assert min(map(len, reasons)) >= 20


@pytest.mark.parametrize("repository", ["octo/reviews", "octo-org/tastetrend.etl", REPOSITORY])
def test_a_repository_is_accepted_as_github_names_it(repository, tmp_path):
    _, _, template = build("prod", tmp_path, repository)

    condition = trust(template, "Deploy")["Condition"]["StringEquals"]
    assert condition[f"{ISSUER}:sub"] == f"repo:{repository}:environment:prod"


@pytest.mark.parametrize(
    "repository",
    ["reviews", "https://github.com/octo/reviews", "octo/*", "octo/reviews:*", "octo@12/reviews", ""],
)
def test_a_repository_that_no_token_can_name_is_rejected(repository, tmp_path):
    with pytest.raises(UnknownRepositoryError, match="<owner>/<name>"):
        build("prod", tmp_path, repository)


def test_the_roles_have_a_separate_stack(tmp_path):
    completed = run_app({"env": "dev", "repository": REPOSITORY}, tmp_path)

    assert completed.returncode == 0, completed.stderr
    assert {path.name for path in tmp_path.glob("*.template.json")} == {
        "tastetrend-dev.template.json",
        "tastetrend-dev-deploy.template.json",
    }


def test_a_wrong_repository_gives_a_one_line_error(tmp_path):
    completed = run_app({"env": "dev", "repository": "reviews"}, tmp_path)

    assert completed.returncode == 1
    assert "'reviews' is no repository" in completed.stderr
    assert "Traceback" not in completed.stderr
