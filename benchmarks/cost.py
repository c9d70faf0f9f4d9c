"""What a file costs on AWS, and how long it takes: the model of docs/cost.md."""

import math
from dataclasses import dataclass

from tastetrend_etl.limits import TIERS

# Prices in dollars, of us-east-1.
GB_SECOND, INVOCATION = 0.0000166667, 0.2e-6  # of Lambda, on x86
PUT, GET = 5e-6, 0.4e-6  # of S3; a LIST costs as much as a PUT, a HEAD as much as a GET
TRANSITION = 25e-6  # of a Standard workflow
DATA_EVENT = 1e-6  # recorded by CloudTrail; a read or write of an object, or an invocation
EXPRESS_REQUEST, EXPRESS_GB_SECOND, EXPRESS_GB = 1e-6, 0.00001667, 64 / 1_024
QUERY_GB, LEAST_QUERY_GB = 0.005, 0.01  # of Athena
VCPU_HOUR, GB_HOUR, DISK_GB_HOUR = 0.04048, 0.004445, 0.000111  # of Fargate

SLOWNESS = 2  # a vCPU of AWS may be this much slower than the measured core
TRANSITIONS_OF_FILE = 4  # in a batch: the start of the child, and its states Small, Fit and Processed
REPORT_GETS = 5  # of the report of a batch for each file: three HEADs, two GETs
QUERY_GETS = 3  # for each object that a query reads; an assumption
CALL_SECONDS = 0.03
_VCPU_SHARE = min(1.0, TIERS["small"].memory_mb / 1_769)
_MB_PER_SECOND = 60.0
_CALLS_IN_SEQUENCE = 6
_SIDE_OBJECTS, GETS = 5, 7
_UPLOADS, _INVOCATIONS = 1, 1  # of a file
_LARGEST_PUT_MB, _PART_MB = 5.0, 7.5  # parts have 5 to 10 MB
_TASK_VCPUS, _TASK_GB, _TASK_DISK_GB, _FREE_DISK_GB = 2, 8, 200, 20
_TASK_START_SECONDS = 60  # to load the image; an assumption


@dataclass(frozen=True)
class ReviewFile:
    """Sizes in MB and the measured CPU time of a file; the curated part is as large as the dataset."""

    raw_mb: float
    dataset_mb: float
    cpu_seconds: float


SMALL = ReviewFile(0.515, 0.211, 0.028)  # 1,000 reviews, like the samples
LARGE = ReviewFile(515 / 11, 211 / 11, 1.0)  # 91,000 reviews, nearly what the small function accepts
HUGE = ReviewFile(20_000, 20_000 * 211 / 515, 20_000 / 515 * 11)  # 39 million reviews


def seconds(file: ReviewFile) -> float:
    """Return how long the function takes."""
    computing = file.cpu_seconds * SLOWNESS / _VCPU_SHARE
    return computing + _transfer(file) + _CALLS_IN_SEQUENCE * CALL_SECONDS


def task_seconds(file: ReviewFile) -> float:
    """Return how long a task on Fargate takes; one thread does the work."""
    return _TASK_START_SECONDS + file.cpu_seconds * SLOWNESS + _transfer(file)


def _transfer(file: ReviewFile) -> float:
    return (file.raw_mb + 2 * file.dataset_mb) / _MB_PER_SECOND


def lambda_dollars(billed_seconds: float, invocations: int) -> float:
    """Return the price of invocations of the small function that take so long together."""
    return billed_seconds * TIERS["small"].memory_mb / 1_024 * GB_SECOND + invocations * INVOCATION


def s3_dollars(file: ReviewFile) -> float:
    """Return the price of the calls to S3 for a file."""
    return puts(file) * PUT + GETS * GET


def puts(file: ReviewFile) -> int:
    """Return how many PUTs a file takes; an object in parts takes one for each, and two more."""
    in_one = file.dataset_mb <= _LARGEST_PUT_MB
    return _SIDE_OBJECTS + 2 * (1 if in_one else 2 + math.ceil(file.dataset_mb / _PART_MB))


def audit_dollars(file: ReviewFile) -> float:
    """Return the price of the events that CloudTrail records for a file."""
    return (puts(file) + GETS + _UPLOADS + _INVOCATIONS) * DATA_EVENT


def batch_dollars(files: int) -> float:
    """Return what a batch adds for Step Functions."""
    return files * TRANSITIONS_OF_FILE * TRANSITION


def express_dollars(files: int, file: ReviewFile) -> float:
    """Return what Step Functions would cost with Express children."""
    return files * (EXPRESS_REQUEST + seconds(file) * EXPRESS_GB * EXPRESS_GB_SECOND)


def report_dollars(files: int) -> float:
    """Return the price of the calls to S3 of a batch's report, and of both lists of a thousand keys each."""
    return files * REPORT_GETS * GET + math.ceil(files / 1_000) * 2 * PUT


def task_dollars(file: ReviewFile) -> float:
    """Return the price of a task on Fargate."""
    disk = (_TASK_DISK_GB - _FREE_DISK_GB) * DISK_GB_HOUR
    return task_seconds(file) / 3_600 * (_TASK_VCPUS * VCPU_HOUR + _TASK_GB * GB_HOUR + disk)


def query_dollars(files: int, file: ReviewFile) -> float:
    """Return the price of a query that reads all columns of the curated parts."""
    gigabytes = max(files * file.dataset_mb / 1_000, LEAST_QUERY_GB)
    return gigabytes * QUERY_GB + files * QUERY_GETS * GET


def table() -> str:
    """Return the table of docs/cost.md."""
    names = ("CPU s", "s", "Lambda $", "S3 $", "sum $", "a batch adds $", "the audit adds $")
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for name, files, file in (
        ("a million reviews (515 MB in 11 files, 422 MB out)", 11, LARGE),
        ("a thousand small files (like the samples, 1,000 reviews each)", 1_000, SMALL),
    ):
        taken, calls = files * seconds(file), files * s3_dollars(file)
        compute, batch = lambda_dollars(taken, files), batch_dollars(files) + report_dollars(files)
        audit = files * audit_dollars(file)
        cells = (f"{files * file.cpu_seconds:.0f}", f"{taken:.0f}", f"{compute:.4f}", f"{calls:.4f}")
        lines.append(
            f"| {name} | {' | '.join(cells)} | **{compute + calls:.4f}** | {batch:.4f} | {audit:.4f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201 # the result of the command
