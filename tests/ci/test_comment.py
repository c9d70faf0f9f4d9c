"""A pull request bears one comment on what it would change in dev, and that is kept up to date."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
# As the action does it: the script is the body of a function that is handed GitHub's client.
RUNNER = """
const { script, comments } = JSON.parse(require("fs").readFileSync(0, "utf8"))
const calls = []
const note = call => async parameters => { calls.push({ call, ...parameters }) }
const issues = {
  listComments: "listComments", createComment: note("create"), updateComment: note("update")
}
const github = { rest: { issues }, paginate: async () => comments }
const context = { repo: { owner: "octo", repo: "reviews" }, issue: { number: 7 } }
const Script = Object.getPrototypeOf(async () => {}).constructor
new Script("require", "github", "context", script)(require, github, context)
  .then(() => console.log(JSON.stringify(calls)))
"""
OWN = {"id": 11, "user": {"type": "Bot"}, "body": "### What this would change in dev\n\nearlier"}
SOMEBODY_ELSES = {
    "id": 12,
    "user": {"type": "User"},
    "body": "### What this would change in dev, I believe",
}


@pytest.fixture
def comment(tmp_path):
    """Return a function that lets the workflow comment on a difference, and returns its one call."""
    workflow = yaml.safe_load((PROJECT / ".github" / "workflows" / "pull-request.yml").read_text())
    (script,) = (
        step["with"]["script"]
        for step in workflow["jobs"]["diff"]["steps"]
        if "script" in step.get("with", {})
    )

    def run(diff, comments):
        folder = tmp_path / "build" / "diff"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "dev.txt").write_text(diff)
        ended = subprocess.run(  # noqa: S603 # our own script
            ["node", "-e", RUNNER],  # noqa: S607 # the project needs Node on the path anyway
            input=json.dumps({"script": script, "comments": comments}),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        (call,) = json.loads(ended.stdout)
        return call

    return run


def test_the_first_run_adds_the_comment(comment):
    call = comment("Stack tastetrend-dev\n[~] the function\n", [SOMEBODY_ELSES])

    assert (call["call"], call["owner"], call["repo"], call["issue_number"]) == (
        "create",
        "octo",
        "reviews",
        7,
    )
    assert call["body"].startswith("### What this would change in dev\n")
    assert "[~] the function" in call["body"]


def test_a_later_run_replaces_what_it_says(comment):
    call = comment("Stack tastetrend-dev\n[-] the bucket\n", [SOMEBODY_ELSES, OWN])

    assert (call["call"], call["comment_id"]) == ("update", OWN["id"])
    assert "[-] the bucket" in call["body"]
    assert "earlier" not in call["body"]


def test_a_difference_longer_than_github_takes_is_cut_and_says_so(comment):
    call = comment("[~] something\n" * 10_000, [])

    assert len(call["body"]) < 65_536
    assert "make diff ENV=dev" in call["body"]
