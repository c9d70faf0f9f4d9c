"""One review passes few modules: counted by the tracer of the benchmarks, in a process of its own."""

import subprocess
import sys

from tests.docs.pages import PROJECT

MAX_MODULES, MAX_CALLS = 55, 319


def test_one_review_passes_few_modules_with_few_calls_between_them():
    trace = subprocess.run(
        [sys.executable, "-m", "benchmarks.module_trace"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    counts = [int(word) for word in trace.stdout.splitlines()[-1].split() if word.isdigit()]

    modules, _functions, calls = counts
    assert modules <= MAX_MODULES
    assert calls <= MAX_CALLS
