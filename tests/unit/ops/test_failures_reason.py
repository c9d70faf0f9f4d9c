"""The reason of a failure is one sentence, whatever has failed."""

import json

import pytest

from ops.failures import read_reason

STOPPED = {"StoppedReason": "Essential container exited", "Containers": [{"Name": "file", "ExitCode": 137}]}
NOT_STARTED = {"StoppedReason": "CannotPullContainerError", "Containers": [{"Name": "file"}]}


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("no JSON", "no JSON"),
        (json.dumps({"errorMessage": "no disk is left"}), "no disk is left"),
        (
            json.dumps(STOPPED),
            "the task ended with exit code 137 (Essential container exited); its log has the reason",
        ),
        (json.dumps(NOT_STARTED), "the task ended (CannotPullContainerError); its log has the reason"),
    ],
    ids=["text", "function", "task", "task that did not start"],
)
def test_the_reason_is_read_from_the_cause(cause, reason):
    assert read_reason(cause) == reason
