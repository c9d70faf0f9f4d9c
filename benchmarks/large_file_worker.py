"""Invokes the large function's handler once on one raw object, and prints what its process needed.

`python -m benchmarks.large_file_worker KEY`, with the settings of the function in the environment.
"""

import json
import sys
from importlib import import_module
from time import process_time
from types import SimpleNamespace

from benchmarks.worker import peak_mb, pin

_MIB = 1 << 20


def main(key: str) -> None:
    """Print the measurement as JSON, on the last line."""
    pin(1)
    handle = import_module("api_handler").lambda_handler
    context = SimpleNamespace(
        function_name="benchmark",
        aws_request_id="benchmark",
        invoked_function_arn="benchmark",
        function_version="1",
        memory_limit_in_mb=3_008,
        get_remaining_time_in_millis=lambda: 900_000,
    )
    started = process_time()
    (result,) = handle({"key": key}, context)["files"]
    taken = process_time() - started
    measured = {"cpu_seconds": taken, "peak_mb": peak_mb() * _MIB / 1e6, "balance": result["balance"]}
    print(json.dumps(measured))  # noqa: T201 # read by the parent process


if __name__ == "__main__":
    main(*sys.argv[1:])
