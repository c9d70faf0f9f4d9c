"""Runs the command as a user does."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import Completed

SCRIPT = Path(sys.executable).with_name("tastetrend")
COMMANDS = (
    "process",
    "onboard",
    "query",
    "report",
    "ask",
    "erase",
    "doctor",
    "status",
    "history",
    "failures",
    "redrive",
    "replay",
    "batch",
    "promote",
    "rollback",
    "releases",
    "destroy",
    "demo",
    "up",
    "down",
)
ON_AWS = {  # with their required arguments other than --env
    "failures": [],
    "redrive": [],
    "replay": [""],
    "query": ["SELECT 1"],
    "report": [],
    "ask": ["Is it loud?"],
    "batch": [""],
    "erase": ["--customer", "Anna Lee"],
    "promote": ["staging"],
    "rollback": ["prod"],
    "releases": [],
    "destroy": [],
    "doctor": [],
    "status": [],
    "history": [],
}


def run(*arguments, folder, prefix=(), **variables):
    """Run `tastetrend` in a folder, with no AWS settings other than the given variables."""
    ended = subprocess.run(  # noqa: S603 # the project's own command
        [*prefix, SCRIPT, *arguments],
        cwd=folder,
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        check=False,
    )
    return Completed(ended.returncode, ended.stdout, ended.stderr)


def environment(folder, **variables):
    """Return all environment variables of a command that is run in a folder."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "COLUMNS": "200",
        "AWS_EC2_METADATA_DISABLED": "true",
        **variables,
    }
