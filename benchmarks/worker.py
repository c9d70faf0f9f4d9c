"""Runs one contender once, in a process that has done nothing else, and says what it took.

`python -m benchmarks.worker CONTENDER CORES TASK`, the task as JSON; pinned before anything is imported.
"""

import json
import os
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time


def main(contender: str, cores: str, described: str) -> None:
    """Print the measurement as JSON."""
    pin(int(cores))
    from benchmarks.task import Task  # noqa: PLC0415 # thread pools look at the cores when they are imported

    known = json.loads(described)
    task = Task(known["source"], Path(known["path"]), Path(known["out"]), tuple(known["ragged"]))
    run = import_module(f"benchmarks.contenders.{contender}").run
    started, cpu_started = perf_counter(), process_time()
    balance = run(task)
    taken, cpu_taken = perf_counter() - started, process_time() - cpu_started
    measured = {"seconds": taken, "cpu_seconds": cpu_taken, "peak_mb": peak_mb(), "balance": asdict(balance)}
    print(json.dumps(measured))  # noqa: T201 # the answer to the parent


def pin(cores: int) -> None:
    """Give the process its last cores only, and each library as many threads."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])
    for name in ("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "ARROW_IO_THREADS", "DUCKDB_THREADS"):
        os.environ[name] = str(cores)


def peak_mb() -> float:
    """Return the most memory this process has held; `ru_maxrss` would include its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
