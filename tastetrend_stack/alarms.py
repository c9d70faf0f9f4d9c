"""The alarms: metric, threshold and meaning."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MetricSource = Literal[
    "function",
    "live alias",
    "live version",
    "large function",
    "failure queue",
    "pipeline",
    "large pipeline",
    "task pipeline",
    "batch",
    "embedding function",
    "embedding switch",
    "embedding",
    "embedding queue",
    "embedding dead letters",
]
"""Who measures: CloudWatch, or a function or task for the pipelines and `embedding`.

The quality gate invokes a version, which `function` includes: a candidate must not raise production's alarms.
During a canary, `live alias` has two versions, `live version` the new one.
"""


@dataclass(frozen=True)
class MetricSpec:
    """One metric of a source."""

    source: MetricSource
    name: str
    statistic: str = "Sum"


@dataclass(frozen=True)
class MathSpec:
    """A metric math expression, and the metrics by the names in it."""

    expression: str
    metrics: Mapping[str, MetricSpec]


@dataclass(frozen=True)
class Alarm:
    """One row of the table.

    Attributes:
        name: follows the function's name.
        threshold: lowest value in alarm, in the metric's unit.
        description: what has happened, and what to do about it.
        period_minutes: of one evaluation.
        triggers_rollback: ends a running canary deployment and moves the alias back.
        stops_embedding: switches the source of the embedding function off.
    """

    name: str
    metric: MetricSpec | MathSpec
    threshold: float
    description: str
    period_minutes: int = 5
    triggers_rollback: bool = False
    stops_embedding: bool = False


ALARMS = (
    Alarm(
        "errors",
        MetricSpec("live alias", "Errors"),
        1,
        "An invocation failed. It is retried; after the last retry its event is in the failure queue.",
    ),
    Alarm(
        "throttles",
        MetricSpec("live alias", "Throttles"),
        1,
        "Invocations were throttled. Events wait up to six hours; raise the account's concurrency.",
    ),
    Alarm(
        "duration",
        MetricSpec("live alias", "Duration", "Maximum"),
        24_000,  # 80 % of the function's timeout
        "An invocation took over 80 % of the timeout. The next file of that size may time out.",
    ),
    Alarm(
        "large-errors",
        MetricSpec("large function", "Errors"),
        1,
        "A large file could not be processed. After the last retry it is in the failure queue.",
    ),
    Alarm(
        "large-duration",
        MetricSpec("large function", "Duration", "Maximum"),
        720_000,  # 80 % of its timeout
        "A large file took over 80 % of the timeout. The next one of that size may time out.",
    ),
    Alarm(
        "batch-failed",
        MathSpec(
            "FILL(failed, 0) + FILL(timed_out, 0) + FILL(aborted, 0)",
            {
                "failed": MetricSpec("batch", "ExecutionsFailed"),
                "timed_out": MetricSpec("batch", "ExecutionsTimedOut"),
                "aborted": MetricSpec("batch", "ExecutionsAborted"),
            },
        ),
        1,
        "A batch failed or was stopped, or a large file failed. The report of the batch names the files.",
    ),
    Alarm(
        "event-age",
        MetricSpec("function", "AsyncEventAge", "Maximum"),
        15 * 60_000,
        "Events wait over 15 minutes for the function: it is throttled, or fails and is retried.",
    ),
    Alarm(
        "failures",
        MetricSpec("failure queue", "ApproximateNumberOfMessagesVisible", "Maximum"),
        1,
        "Events failed in all attempts. The queue keeps them for 14 days: find the cause, then redrive them.",
    ),
    Alarm(
        "lost-failures",
        MetricSpec("function", "DestinationDeliveryFailures"),
        1,
        "A failed event could not be put into the failure queue and is lost. Replay the raw prefix.",
    ),
    Alarm(
        "row-balance",
        MetricSpec("pipeline", "RowBalanceViolations"),
        1,
        "Rows read are not the sum of rows written, rejected and duplicate: a defect, stop and investigate.",
    ),
    Alarm(
        "events-rejected",
        MathSpec(
            "FILL(rejected, 0) + FILL(refused, 0)",
            {
                "rejected": MetricSpec("pipeline", "EventsRejected"),
                "refused": MetricSpec("pipeline", "EventsRefused"),  # versions of contract version 1
            },
        ),
        1,
        "An event had an unknown form or named another bucket. Its file was not read.",
    ),
    Alarm(
        "rejected-share",
        MathSpec(
            "IF(read > 0, 100 * rejected / read, 0)",
            {"rejected": MetricSpec("pipeline", "RowsRejected"), "read": MetricSpec("pipeline", "RowsRead")},
        ),
        10,
        "Over 10 % of an hour's rows were rejected. The rejected rows in the processed bucket say why.",
        period_minutes=60,
    ),
    Alarm(
        "nothing-written",
        MathSpec(
            "IF(FILL(received, 0) > FILL(idle, 0) + FILL(passed, 0) AND FILL(processed, 0) == 0, 1, 0)",
            # An invocation writes all of them in one line of its log, so none arrives later than another.
            {
                "received": MetricSpec("pipeline", "EventsReceived"),
                "processed": MetricSpec("pipeline", "FilesProcessed"),
                "passed": MetricSpec("pipeline", "FilesHandedOver"),  # to the large function
                "idle": MetricSpec("pipeline", "FilesSkipped"),  # events delivered twice, and folder markers
            },
        ),
        1,
        "Files arrived for an hour and none became a dataset. Read the log and the error reports.",
        period_minutes=60,
    ),
)
