"""Completion in bash, for this command alone."""

import os
import subprocess
import sys

import pytest

from tests.cli.commands import COMMANDS, SCRIPT

LOAD = 'eval "$(_TASTETREND_COMPLETE=source_bash tastetrend)"'


def bash(script, folder):
    environment = {"PATH": f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
    command = ["bash", "--norc", "--noprofile", "-c", script]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 # our own script
    return result.stdout


def complete(*words, folder):
    """Return the completions that bash offers for the last word."""
    typed = " ".join(f"'{word}'" for word in words)
    ask = f"COMP_WORDS=(tastetrend {typed}); COMP_CWORD={len(words)}; _tastetrend_completion tastetrend"
    return bash(f'{LOAD}; {ask}; printf "%s\\n" "${{COMPREPLY[@]}}"', folder).split()


def test_it_completes_tastetrend_and_nothing_else(tmp_path):
    assert bash(f"{LOAD}; complete -p", tmp_path).splitlines() == [
        "complete -o default -F _tastetrend_completion tastetrend"
    ]


def test_the_option_in_the_help_prints_the_same(tmp_path):
    shown = bash("tastetrend --show-completion", tmp_path)

    assert "complete -o default -F _tastetrend_completion tastetrend" in shown


def test_the_module_completes_nothing_but_tastetrend(tmp_path):
    script = LOAD.replace(" tastetrend)", f" {sys.executable} -m ops)")

    assert bash(f"{script}; complete -p", tmp_path).split()[-1] == "tastetrend"


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ([""], set(COMMANDS)),
        (["re"], {"redrive", "replay", "releases", "report"}),
        (["promote", ""], {"staging", "prod"}),
        (["releases", "--env", ""], {"local", "dev", "staging", "prod"}),
        (["redrive", "--"], {"--env", "--yes", "--json", "--help"}),
    ],
    ids=["commands", "a start", "stages", "environments", "options"],
)
def test_commands_options_and_values_are_offered(words, offered, tmp_path):
    assert set(complete(*words, folder=tmp_path)) == offered
