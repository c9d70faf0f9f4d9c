"""Processes one file in its own process and prints the resources it used."""

import json
import re
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import TIERS
from tastetrend_etl.models import SourceObject
from tastetrend_etl.pipeline import process


def main(staged, limit):
    """Print result, CPU seconds, peak memory and remaining disk use in MiB, as JSON."""
    source = SourceObject("raw", "r.csv", "v1", "e", staged.stat().st_size, datetime(2026, 1, 1, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as work:
        started = process_time()
        try:
            outcome = process(
                source, staged, Path(work), version="1", tier=replace(TIERS["small"], max_bytes=limit)
            )
        except RejectedFileError as error:
            printed = {"reason": error.reason}
        else:
            printed = {
                "reason": "",
                "rows": vars(outcome.balance),
                "rejections": outcome.validation["rejections"],
            }
        printed["cpu_s"] = process_time() - started
        printed["disk_mb"] = sum(path.stat().st_size for path in Path(work).iterdir()) >> 20
    print(json.dumps(printed | {"memory_mb": peak_memory() >> 10}))  # noqa: T201 # read by the parent process


def peak_memory():
    """Return the peak memory of this process in KiB; getrusage would include its parent's."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
