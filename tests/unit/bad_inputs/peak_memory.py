"""Processes one file in a process of its own and tells what that took."""

import json
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.models import SourceObject
from tastetrend_etl.pipeline import process


def main(staged, limit):
    """Print the outcome, the CPU seconds, the peak of memory and the bytes left on the disk, as JSON."""
    source = SourceObject("raw", "r.csv", "v1", "e", staged.stat().st_size, datetime(2026, 1, 1, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as work:
        started = process_time()
        try:
            outcome = process(source, staged, Path(work), version="1", max_bytes=limit)
        except RejectedFileError as error:
            told = {"reason": error.reason}
        else:
            told = {
                "reason": "",
                "rows": vars(outcome.balance),
                "rejections": outcome.validation["rejections"],
            }
        told["cpu_s"] = process_time() - started
        told["disk_mb"] = sum(path.stat().st_size for path in Path(work).iterdir()) >> 20
    print(json.dumps(told | {"memory_mb": peak_memory() >> 10}))  # noqa: T201 # the answer to the parent


def peak_memory():
    """Return the most memory this process has held, in KiB; unlike getrusage's, a parent's is not in it."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
