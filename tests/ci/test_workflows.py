"""What the workflows do can be done by hand, they hold no key, and they move one environment at a time."""

import re
from pathlib import Path

import pytest
import yaml

from tastetrend_stack.deploy_role import SESSION
from tastetrend_stack.environments import ENVIRONMENTS

PROJECT = Path(__file__).parents[2]
FILES = sorted((PROJECT / ".github").rglob("*.yml"))
WORKFLOWS = {
    path.stem: yaml.load(path.read_text(), yaml.BaseLoader)  # noqa: S506 # strings alone: "on" stays a word
    for path in FILES
    if path.parent.name == "workflows"
}
TARGETS = set(re.findall(r"^([a-z_]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
SIGN_IN = "aws-actions/configure-aws-credentials"

JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"].values()]
OWN_JOBS = [(name, job) for name, job in JOBS if "steps" in job]
STEPS = [(name, step) for name, job in OWN_JOBS for step in job["steps"]]


def named(cases):
    return pytest.mark.parametrize(("workflow", "part"), cases, ids=[name for name, _ in cases])


def sign_ins(job):
    return [step for step in job.get("steps", []) if step.get("uses", "").startswith(SIGN_IN)]


def moves(environment):
    """Return what is run to bring an environment up to date, in order."""
    holds = {"": True, "inputs.environment != 'dev'": environment != "dev"}
    holds["inputs.environment == 'prod'"] = environment == "prod"
    (job,) = WORKFLOWS["deploy"]["jobs"].values()
    steps = [step for step in job["steps"] if "run" in step and step["run"] != "make releases"]
    return [step["run"] for step in steps if holds[step.get("if", "")]]


@named([(name, step["run"]) for name, step in STEPS if "run" in step])
def test_whatever_a_workflow_runs_is_a_make_target(workflow, part):
    ran = re.fullmatch(r"make ([a-z]+)( [A-Z]+=[a-z]+)*", part)

    assert ran
    assert ran[1] in TARGETS


def test_a_shared_action_runs_nothing_of_its_own():
    actions = [yaml.safe_load(path.read_text()) for path in FILES if path.name == "action.yml"]

    assert actions
    assert not [step for action in actions for step in action["runs"]["steps"] if "run" in step]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_foreign_action_is_pinned_to_a_commit_and_says_which_version_that_is(path):
    used = re.findall(r"uses: (.+)", path.read_text())

    for action in (action for action in used if not action.startswith("$/.github/")):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_an_action_is_used_in_one_version_everywhere():
    used = {pin for path in FILES for pin in re.findall(r"uses: ([\w/-]+@.+)", path.read_text())}

    assert len({pin.split("@")[0] for pin in used}) == len(used)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_workflow_knows_a_secret(path):
    text = path.read_text()

    assert "secrets" not in text
    assert "access-key" not in text


@named(list(WORKFLOWS.items()))
def test_a_workflow_may_read_the_code_and_no_more_unless_a_job_says_so(workflow, part):
    assert part["permissions"] == {"contents": "read"}


@named(OWN_JOBS)
def test_who_signs_in_may_ask_for_a_token_and_nobody_else_may(workflow, part):
    may = part.get("permissions", {})

    assert ("id-token" in may) == bool(sign_ins(part))
    assert may.get("contents", "read") == "read"


def test_a_pull_request_of_a_fork_does_not_sign_in():
    on_pull_request = [job for name, job in JOBS if "pull_request" in WORKFLOWS[name]["on"] and sign_ins(job)]

    assert on_pull_request
    for job in on_pull_request:
        assert job["if"].startswith("github.event.pull_request.head.repo.full_name == github.repository &&")
        assert "environment" not in job


@named([(name, step) for name, job in OWN_JOBS for step in sign_ins(job)])
def test_the_sign_in_takes_on_a_role_that_the_environment_names(workflow, part):
    assert re.fullmatch(r"\$\{\{ vars\.(DEPLOY|DIFF)_ROLE_ARN \}\}", part["with"]["role-to-assume"])


@named(OWN_JOBS)
def test_a_job_ends_and_before_its_sign_in_does(workflow, part):
    seconds = 60 * int(part["timeout-minutes"])

    assert 0 < seconds <= 7200
    for step in sign_ins(part):
        lasts = int(step["with"].get("role-duration-seconds", 3600))
        assert seconds < lasts <= SESSION.to_seconds()


@named([(name, job) for name, job in OWN_JOBS if "environment" in job])
def test_no_two_jobs_move_one_environment_at_a_time(workflow, part):
    assert part["environment"] == "${{ inputs.environment }}"
    assert part["concurrency"]["group"] == "tastetrend-${{ inputs.environment }}"


def test_a_deployment_waits_for_its_turn_and_a_rollback_ends_the_deployment():
    (deploy,), (rollback,) = (WORKFLOWS[name]["jobs"].values() for name in ("deploy", "rollback"))

    assert deploy["concurrency"]["cancel-in-progress"] == "false"
    assert rollback["concurrency"]["cancel-in-progress"] == "true"


def test_main_is_checked_then_goes_to_dev_then_to_staging_then_to_prod():
    jobs = WORKFLOWS["release"]["jobs"]

    assert WORKFLOWS["release"]["on"] == {"push": {"branches": ["main"]}}
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "check": None,
        "dev": "check",
        "staging": "dev",
        "prod": "staging",
    }
    deployed = [name for name in ENVIRONMENTS if name != "local"]
    assert [job["with"]["environment"] for job in jobs.values() if "with" in job] == deployed


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("dev", ["make deploy"]),
        ("staging", ["make deploy", "make promote STAGE=staging"]),
        ("prod", ["make deploy", "make promote STAGE=staging", "make promote STAGE=prod"]),
    ],
)
def test_an_environment_is_deployed_and_its_aliases_moved_up_to_the_live_one(environment, expected):
    assert moves(environment) == expected
    live = ENVIRONMENTS[environment].live_alias
    assert live == "dev" or expected[-1].endswith(f"STAGE={live}")


def test_only_what_was_promoted_can_be_rolled_back_by_hand():
    inputs = WORKFLOWS["rollback"]["on"]["workflow_dispatch"]["inputs"]

    assert list(WORKFLOWS["rollback"]["on"]) == ["workflow_dispatch"]
    assert set(inputs["environment"]["options"]) == {"staging", "prod"}
    assert inputs["to"]["type"] == "number"
    assert inputs["reprocess"]["type"] == "boolean"


def test_the_page_about_it_names_every_way_in_and_no_target_that_is_not_there():
    page = (PROJECT / "docs" / "ci.md").read_text()
    started = [name for name, workflow in WORKFLOWS.items() if "workflow_call" not in workflow["on"]]

    assert set(re.findall(r"^\| `([\w-]+)\.yml`", page, re.MULTILINE)) == set(started)
    assert set(re.findall(r"make ([a-z]+)", page)) <= TARGETS
