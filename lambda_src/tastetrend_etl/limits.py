"""Every limit of the data contract, and every budget of an invocation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# --- an invocation ----------------------------------------------------------------------------------

MIN_REMAINING_MS = 2_000  # with less time left than this, an invocation stops before it commits

# The slowest file is cp1252, has a stray quote in its last row, and first rows that suggest the wrong date
# order: it is copied as UTF-8, parsed by Arrow, which fails, repaired record by record, parsed twice more.
# `make bench` measures it (benchmarks/worst_case.py). The curated part adds 0.36 s to 46 MB. Memory and disk
# limit the rows: files are streamed from and to S3, and only the keys that find duplicates grow with them.
_WORST_CPU_SECONDS_PER_BYTE = 0.153e-6  # on one core of an EPYC 9004
_SAFETY_FACTOR = 2  # a vCPU of Lambda may be this much slower
_MB_PER_VCPU = 1_769  # of a function's memory; a file is processed by one thread
# In sizes of the file: itself, a copy as UTF-8 or with repaired quotes, a dataset and its curated part, which
# have each text twice. 7.7 was measured of random words in cp1251, 1.9 of the reviews of `make bench`.
_WORST_COPIES = 8
# Beside that, for each row, mostly its id: 41 in the dataset and 41 in its curated part were measured, of
# rows of four bytes.
_OUTPUT_BYTES = 2 * 41
_STEP_BYTES = 16 << 20
_DEDUPLICATION_BYTES = 60  # of memory for each row; 35 to 49 were measured
_DEDUPLICATION_SHARE = 0.3  # of the function's memory
_STEP_ROWS = 1_000_000


@dataclass(frozen=True)
class Tier:
    """A size of the function or of the task, and the largest file that it can finish in any case.

    Attributes:
        disk_mb: of /tmp.
        max_bytes: of the file, decompressed.
    """

    memory_mb: int
    disk_mb: int
    timeout_seconds: int
    max_bytes: int
    max_rows: int


def _tier(memory_mb: int, disk_mb: int, timeout_seconds: int) -> Tier:
    cpu_seconds = (timeout_seconds - MIN_REMAINING_MS / 1_000) * min(1.0, memory_mb / _MB_PER_VCPU)
    in_time = cpu_seconds / _SAFETY_FACTOR / _WORST_CPU_SECONDS_PER_BYTE
    disk_bytes = disk_mb << 20
    on_disk = disk_bytes / (_WORST_COPIES + 1)  # leaves as much again for many short rows
    max_bytes = int(min(in_time, on_disk)) // _STEP_BYTES * _STEP_BYTES
    rows_in_memory = memory_mb * 1_000_000 * _DEDUPLICATION_SHARE / _DEDUPLICATION_BYTES
    rows_on_disk = (disk_bytes - _WORST_COPIES * max_bytes) / _OUTPUT_BYTES
    max_rows = int(min(rows_in_memory, rows_on_disk)) // _STEP_ROWS * _STEP_ROWS
    return Tier(memory_mb, disk_mb, timeout_seconds, max_bytes, max_rows)


# The small tier is limited by time, to 48 MiB or some 90,000 reviews, though an ordinary file of that size
# takes 3 s; the large one and the task by the disk, to 1,136 and 22,288 MiB: 4 GiB of the task's 200 are for
# the image. It may take six hours. The disk also limits the rows of both functions. New accounts get no
# function of more than 3,008 MB.
TIERS: Mapping[str, Tier] = {
    "small": _tier(1_024, 512, 30),
    "large": _tier(3_008, 10_240, 900),
    "task": _tier(8_192, 196 << 10, 6 * 3_600),
}

# --- a file -----------------------------------------------------------------------------------------

MAX_JSON_TABLE_BYTES = 8 << 20  # of JSON by columns, read as a whole: up to 70 times its size of memory
MAX_KEY_BYTES = 1_024  # of S3
MAX_COLUMNS = 2_000
# What raw keys must not begin with: outputs are there, or would be among outputs of another kind.
RESERVED_PREFIXES = ("curated/", "history/", "logs/", "processed/", "reference/", "rejected/")
MAX_CODE_PAGE_WORDS = 400  # by which the code page of a file that is not UTF-8 is chosen
RAGGED_SHARE = 0.5  # with more broken records than this, the delimiter is wrong or the file is no table

# The first rows show what the columns hold; a column with fewer cells than the minimum shows nothing.
SAMPLED_ROWS, SAMPLED_CHARACTERS = 200, 1 << 16
MIN_SAMPLED_CELLS = 2

# --- a record ---------------------------------------------------------------------------------------

MAX_RECORD_LINES = 50  # a record of more lines has an unclosed quote
MAX_RECORD_CHARACTERS = 2_000_000  # as UTF-8, its quotes doubled, it still fits a block of Arrow's reader
SUMMARY_COLUMNS = 3  # so many first columns may say that a row is a total
MAX_REJECTED_ROWS = 200_000
MAX_REJECTED_CHARACTERS = 32_000_000
CHECKED_BYTES = 1 << 20  # of a block at once; line ends in all of them take 30 times their size of memory
MAX_CHECKED_LINE = 1 << 16  # characters; longer lines are not checked for being a row
MAX_KEPT_CHARACTERS = 1 << 16  # of a rejected record that is too long; the raw object has them all

# --- a cell -----------------------------------------------------------------------------------------

MAX_PARSED_LENGTH = 64  # no date, number or category is longer; some patterns take the square of the length
TRUNCATED_CHARACTERS = 2_000
SCALE_SHARE = 0.90  # of the bare numbers that a rating scale has to hold
EARLIEST_YEAR = 1990
MAX_AGE, MAX_AGE_SPAN = 120, 20  # years; a range that spans more says little of the age
MAX_DAYS_AFTER_UPLOAD = 1  # a time zone's difference and a clock's error
MAX_TIP_PERCENTAGE = 30.0
MIN_PARTY, MAX_PARTY = 1, 100
MAX_STARS = 5.0
MAX_REVIEWS = 10**9

# --- the reports ------------------------------------------------------------------------------------

Status = Literal["pass", "warn", "fail"]
SEVERITY: tuple[Status, ...] = ("pass", "warn", "fail")


@dataclass(frozen=True)
class Threshold:
    """A value above `warn` warns, one above `fail` fails; a share is never above 1.0."""

    warn: float
    fail: float


# The measured sources lack a third of their texts and up to 15 % of their ratings; twice that is unusual.
THRESHOLDS: Mapping[str, Threshold] = {
    "row_balance": Threshold(warn=0.0, fail=0.0),
    "rejected_share": Threshold(warn=0.10, fail=0.25),
    "duplicate_share": Threshold(warn=0.10, fail=0.50),
    "missing_text_share": Threshold(warn=0.60, fail=0.95),
    "missing_rating_share": Threshold(warn=0.30, fail=0.95),
    "date_unparseable_share": Threshold(warn=0.02, fail=0.20),
    "rating_unparseable_share": Threshold(warn=0.02, fail=0.20),
    "rating_out_of_scale_share": Threshold(warn=0.01, fail=0.20),
    "unmapped_category_share": Threshold(warn=0.05, fail=0.50),
    "undecodable_text_share": Threshold(warn=0.0, fail=0.20),
    "encoding_uncertain_share": Threshold(warn=0.0, fail=1.0),
    "possible_duplicate_share": Threshold(warn=0.10, fail=1.0),
    "conflicting_id_share": Threshold(warn=0.05, fail=1.0),
    "mixed_scale": Threshold(warn=0.10, fail=1.0),
    "source_columns_missing": Threshold(warn=0.0, fail=MAX_COLUMNS),
}

# A group of reviewers breaks one of these when its share of the reviews is smaller, its mean rating further
# from that of all, or a larger share of the reviews names no group.
SMALL_GROUP_SHARE = 0.05
RATING_GAP = 0.5
MISSING_GROUP_SHARE = 0.30
