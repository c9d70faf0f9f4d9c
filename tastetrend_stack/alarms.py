"""The table of alarms: what is read, from where it is too much, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """Where metrics come from: a namespace, and what in it they are about."""

    namespace: str
    about: str


@dataclass(frozen=True)
class Reading:
    """One metric of a source."""

    source: Source
    metric: str
    statistic: str = "Sum"


@dataclass(frozen=True)
class Formula:
    """What is computed from several readings."""

    expression: str
    readings: Mapping[str, Reading]


@dataclass(frozen=True)
class Alarm:
    """One row of the table.

    Attributes:
        name: follows the function's name.
        reading: what is looked at.
        at_least: rings from here on, in the reading's own unit.
        meaning: what has happened, and what to do about it.
        minutes: how long a time is looked at.
        takes_back: a new version that is being shifted in is taken back.
    """

    name: str
    reading: Reading | Formula
    at_least: float
    meaning: str
    minutes: int = 5
    takes_back: bool = False


FUNCTION = Source("AWS/Lambda", "the function, whoever invokes it")
LIVE = Source("AWS/Lambda", "the alias that S3 events invoke")
FAILURES = Source("AWS/SQS", "the failure queue")
PIPELINE = Source("TasteTrend", "what the function itself counts")

ALARMS = (
    Alarm(
        "errors",
        Reading(FUNCTION, "Errors"),
        1,
        "An invocation failed. It is tried again; after the last try its event is in the failure queue.",
    ),
    Alarm(
        "live-errors",
        Reading(LIVE, "Errors"),
        1,
        "An invocation by a real event failed. A version being shifted in has been taken back.",
        minutes=1,
        takes_back=True,
    ),
    Alarm(
        "throttles",
        Reading(FUNCTION, "Throttles"),
        1,
        "Invocations were held back. Events wait up to six hours; raise the account's concurrency.",
    ),
    Alarm(
        "duration",
        Reading(FUNCTION, "Duration", "Maximum"),
        24_000,  # 80 % of the function's timeout
        "An invocation took over 80 % of the timeout. The next file of that size may not come through.",
    ),
    Alarm(
        "event-age",
        Reading(FUNCTION, "AsyncEventAge", "Maximum"),
        15 * 60_000,
        "Events wait over 15 minutes for the function: throttled, or it fails and is tried again.",
    ),
    Alarm(
        "failures",
        Reading(FAILURES, "ApproximateNumberOfMessagesVisible", "Maximum"),
        1,
        "Events failed for good. The queue keeps them for 14 days: find the cause, then redrive them.",
    ),
    Alarm(
        "lost-failures",
        Reading(FUNCTION, "DestinationDeliveryFailures"),
        1,
        "A failed event could not be put into the failure queue and is lost. Replay the raw prefix.",
    ),
    Alarm(
        "row-balance",
        Reading(PIPELINE, "RowBalanceViolations"),
        1,
        "Rows read are not rows written, rejected and duplicate. This must never be: stop and look.",
        takes_back=True,
    ),
    Alarm(
        "events-refused",
        Reading(PIPELINE, "EventsRefused"),
        1,
        "An event was of no shape that the function knows, or of another bucket. Its file was not read.",
    ),
    Alarm(
        "rejected-share",
        Formula(
            "IF(read > 0, 100 * rejected / read, 0)",
            {"rejected": Reading(PIPELINE, "RowsRejected"), "read": Reading(PIPELINE, "RowsRead")},
        ),
        10,
        "Over 10 % of an hour's rows were rejected. The rejected rows in the processed bucket say why.",
        minutes=60,
    ),
    Alarm(
        "nothing-written",
        Formula(
            "IF(FILL(invocations, 0) > FILL(idle, 0) + FILL(rehearsed, 0) AND FILL(processed, 0) == 0, 1, 0)",
            {
                "invocations": Reading(FUNCTION, "Invocations"),
                "processed": Reading(PIPELINE, "FilesProcessed"),
                "idle": Reading(PIPELINE, "FilesSkipped"),  # delivered once more, or a folder's marker
                "rehearsed": Reading(PIPELINE, "FilesRehearsed"),
            },
        ),
        1,
        "Files arrived for an hour and none became a dataset. Read the log and the error reports.",
        minutes=60,
    ),
)
