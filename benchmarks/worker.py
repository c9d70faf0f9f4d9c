"""Runs one engine once, in a fresh process, and prints time and peak memory.

`python -m benchmarks.worker ENGINE CORES TASK`, the task as JSON; pinned before libraries are imported.
"""

import json
import os
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time


def main(engine: str, cores: str, task_json: str) -> None:
    """Print the measurement as JSON."""
    pin(int(cores))
    from benchmarks.task import Task  # noqa: PLC0415 # thread pools read the number of cores at import

    values = json.loads(task_json)
    task = Task(values["source"], Path(values["path"]), Path(values["out"]), tuple(values["ragged"]))
    module = import_module(f"benchmarks.engines.{engine}")
    started, cpu_started = perf_counter(), process_time()
    balance = module.run(task)
    taken, cpu_taken = perf_counter() - started, process_time() - cpu_started
    measured = {"seconds": taken, "cpu_seconds": cpu_taken, "peak_mb": peak_mb()}
    # An engine that has to read the file again to count its rows does so after the measurement.
    measured["balance"] = asdict(balance or module.count(task))
    print(json.dumps(measured))  # noqa: T201 # read by the parent process


def pin(cores: int) -> None:
    """Pin the process to its last cores and limit each library to as many threads."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])
    for name in ("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "ARROW_IO_THREADS", "DUCKDB_THREADS"):
        os.environ[name] = str(cores)


def peak_mb() -> float:
    """Return the peak memory of this process in MiB; `ru_maxrss` would include its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
