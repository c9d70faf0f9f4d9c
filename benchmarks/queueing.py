"""Simulates batches of many files on AWS, and prints the tables of docs/scale.md."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from benchmarks import cost
from tastetrend_etl.limits import TIERS

AT_ONCE = 100  # children of a batch, as deployed
RAISED = 900  # of an account's 1,000; the others are for events
_STARTS_PER_SECOND, _STARTS_IN_STORE = 300, 1_300  # of executions
_COLD_SECONDS = 2.0  # more for the first file of an environment
_STEPS_SECONDS = 0.2  # of a child execution, beside the function
_TASKS_PER_SECOND = 20
_TASKS_AT_ONCE = 3  # of 2 vCPUs, of an account's 6
_ENVIRONMENTS = 1_000  # of Lambda, for an account by default
_HOURS = 48  # until a batch times out
_REPORT_SECONDS, _REPORT_THREADS = 900, 16
_PUTS_PER_SECOND, _GETS_PER_SECOND = 3_500, 5_500  # of S3, for a prefix
_QUERY_BYTES = 10 << 30  # more stops a query
_SEED = 1
_SHOWN_BELOW = 100  # seconds or minutes; more are shown in the next unit
_NEARLY_ALL = 0.8


@dataclass(frozen=True)
class Load:
    """Files that arrive at once, and what limits how fast they start.

    Attributes:
        seconds: of a file on average; it takes from half as long to half as long again.
        cold_seconds: more for a file that no idle environment can take.
        in_store: files that may start beyond the rate.
    """

    files: int
    seconds: float
    at_once: int
    per_second: float = _STARTS_PER_SECOND
    in_store: int = _STARTS_IN_STORE
    cold_seconds: float = _COLD_SECONDS


@dataclass(frozen=True)
class Run:
    """What became of a load.

    Attributes:
        seconds: until the last file is done.
        busy_seconds: of all files together.
        most_at_once: files, and so environments.
    """

    seconds: float
    busy_seconds: float
    most_at_once: int


def simulate(load: Load) -> Run:
    """Start each file when the rate and the number at once allow it."""
    chance = random.Random(_SEED)  # noqa: S311 # no secret
    ends: list[float] = []  # when the files at work are done
    now = busy = last = 0.0
    idle = environments = 0
    for number in range(load.files):
        now = max(now, (number - load.in_store) / load.per_second)
        if len(ends) == load.at_once:
            now = max(now, ends[0])
        while ends and ends[0] <= now:
            heappop(ends)
            idle += 1
        taken = load.seconds * chance.uniform(0.5, 1.5)
        if idle:
            idle -= 1
        else:
            environments += 1
            taken += load.cold_seconds
        busy += taken
        last = max(last, now + taken)
        heappush(ends, now + taken)
    return Run(last, busy, environments)


@dataclass(frozen=True)
class Scenario:
    """Files of one size; those above the functions' limit take a task on Fargate each."""

    name: str
    files: int
    file: cost.ReviewFile

    @property
    def is_huge(self) -> bool:
        """Return whether no function takes the files."""
        return self.file.raw_mb * 1e6 > TIERS["large"].max_bytes

    def run(self, *, raised: bool) -> Run:
        """Simulate a batch, as deployed or with the quotas that can be raised."""
        if self.is_huge:
            at_once = AT_ONCE if raised else _TASKS_AT_ONCE
            load = Load(self.files, cost.task_seconds(self.file), at_once, _TASKS_PER_SECOND, 0, 0.0)
        else:
            at_once = RAISED if raised else AT_ONCE
            load = Load(self.files, cost.seconds(self.file) + _STEPS_SECONDS, at_once)
        return simulate(load)


SCENARIOS = (
    Scenario("1 file", 1, cost.SMALL),
    Scenario("1,000 files", 1_000, cost.SMALL),
    Scenario("50,000 files", 50_000, cost.SMALL),
    Scenario("1,000,000 files", 1_000_000, cost.SMALL),
    Scenario("10 TB as 46 MB files", round(1e7 / cost.LARGE.raw_mb), cost.LARGE),
    Scenario("10 TB as 20 GB files", 500, cost.HUGE),
)
Runs = Mapping[str, tuple[Run, Run]]  # scenario → as deployed, raised


def tables() -> Iterator[str]:
    """Yield the tables of the page."""
    runs = {each.name: (each.run(raised=False), each.run(raised=True)) for each in SCENARIOS}
    yield _table("| | time | at once | paced by | time, raised | at once | paced by |", _times(runs))
    yield _table(
        "| $ | Lambda | Fargate | S3 | Step Functions | sum | with Express children | a full query |",
        _dollars(runs),
    )
    yield _table(
        "| | environments | PUTs of a prefix | GETs of a prefix | the batch | its report | a full query |",
        _limits(runs),
    )


def _table(header: str, rows: Iterator[list[str]]) -> str:
    line = "|" + "---|" * (header.count("|") - 1)
    return "\n".join([header, line, *(f"| {' | '.join(row)} |" for row in rows)])


def _times(runs: Runs) -> Iterator[list[str]]:
    for each in SCENARIOS:
        yield [
            each.name,
            *(cell for run in runs[each.name] for cell in (_duration(run.seconds), *_pace(each, run))),
        ]


def _pace(scenario: Scenario, run: Run) -> tuple[str, str]:
    """Return the mean number of files at work, and what keeps the batch from being faster."""
    mean = run.busy_seconds / run.seconds
    starts = scenario.files / run.seconds / (_TASKS_PER_SECOND if scenario.is_huge else _STARTS_PER_SECOND)
    if mean > _NEARLY_ALL * run.most_at_once and scenario.files > run.most_at_once:
        return f"{mean:.0f}", "number at once"
    return f"{mean:.0f}", "starts" if starts > _NEARLY_ALL else "one file"


def _duration(seconds: float) -> str:
    if seconds < _SHOWN_BELOW:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < _SHOWN_BELOW else f"{minutes / 60:.1f} h"


def _dollars(runs: Runs) -> Iterator[list[str]]:
    for each in SCENARIOS:
        environments = runs[each.name][0].most_at_once
        billed = each.files * cost.seconds(each.file) + environments * _COLD_SECONDS
        compute = 0.0 if each.is_huge else cost.lambda_dollars(billed, each.files)
        tasks = each.files * cost.task_dollars(each.file) if each.is_huge else 0.0
        s3 = each.files * cost.s3_dollars(each.file) + cost.report_dollars(each.files)
        steps = cost.batch_dollars(each.files)
        express = None if each.is_huge else compute + s3 + cost.express_dollars(each.files, each.file)
        query = cost.query_dollars(each.files, each.file)
        sums = [compute, tasks, s3, steps, compute + tasks + s3 + steps, express, query]
        yield [each.name, *("" if value is None else _money(value) for value in sums)]


def _money(dollars: float) -> str:
    """Return an amount with two digits, or all whole dollars."""
    decimals = max(0, 1 - math.floor(math.log10(dollars))) if dollars else 0
    return f"{dollars:,.{decimals}f}"


def _limits(runs: Runs) -> Iterator[list[str]]:
    """Yield the share of each limit that is used, with the quotas that can be raised for the first three."""
    for each in SCENARIOS:
        deployed, raised = runs[each.name]
        rate = each.files / raised.seconds
        shares = [
            0.0 if each.is_huge else raised.most_at_once / _ENVIRONMENTS,
            rate * cost.puts(each.file) / _PUTS_PER_SECOND,
            rate * cost.GETS / _GETS_PER_SECOND,
            deployed.seconds / 3_600 / _HOURS,
            each.files * cost.REPORT_GETS * cost.CALL_SECONDS / _REPORT_THREADS / _REPORT_SECONDS,
            each.files * each.file.dataset_mb * 1e6 / _QUERY_BYTES,
        ]
        yield [each.name, *(f"**{share:,.0%}**" if share > 1 else f"{share:.0%}" for share in shares)]


if __name__ == "__main__":
    for table in tables():
        print(table, end="\n\n")  # noqa: T201 # the result of the command
