"""Fixtures: the pages, among them one with faults that the checks must find."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.browser.pages import write_pages

FAULTY = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Faulty</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Faulty</h1>
<p style="color: #999; background: #fff">Too pale to read.</p><p style="width: 2000px">Too wide.</p>
<img src="http://attacker.invalid/x.png"><script>alert("executed")</script></main></body></html>
"""


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """Return the paths of all pages, the faulty one included."""
    folder = tmp_path_factory.mktemp("pages")
    faulty = folder / "faulty.html"
    written = write_pages(folder)
    faulty.write_text(FAULTY, encoding="utf-8")
    return [*written, faulty]


@pytest.fixture(scope="session")
def run_node():
    """Return a function that runs a script of this folder with Node, and returns its parsed output."""

    def run(script, *arguments):
        command = ["node", Path(__file__).parent / script, *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 # our own script
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    return run
