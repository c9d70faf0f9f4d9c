"""The graphs of the dashboard, by section: the alarms whose metrics they show, and further metrics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tastetrend_stack.alarms import MetricSource, MetricSpec

TIERS: Mapping[str, MetricSource] = {
    "small": "pipeline",
    "large": "large pipeline",
    "task": "task pipeline",
}
"""Name in a formula → who counts files and rows."""


@dataclass(frozen=True)
class Total:
    """A metric that each tier of the pipeline has, summed over those that there are."""

    name: str


@dataclass(frozen=True)
class Share:
    """What percentage of the rows that the small tier read a metric of rows is."""

    name: str


@dataclass(frozen=True)
class Search:
    """A metric of the etl function for each value of further dimensions, such as each alias."""

    name: str
    by: tuple[Literal["ExecutedVersion", "Resource"], ...]


@dataclass(frozen=True)
class Graph:
    """One row of the table; what does not exist in an environment is left out.

    Attributes:
        unit: of all its values.
        alarms: their metrics, each with its threshold as a line.
        limits: label → value of further lines.
    """

    title: str
    unit: str
    alarms: tuple[str, ...] = ()
    metrics: tuple[MetricSpec | Total | Share | Search, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class MemoryTable:
    """The most memory that each function has used, in MB and in % of what it has."""

    title: str
    functions: tuple[MetricSource, ...]


_VERSIONS: tuple[Literal["ExecutedVersion", "Resource"], ...] = ("ExecutedVersion", "Resource")

SECTIONS: Mapping[str, tuple[Graph | MemoryTable, ...]] = {
    "Files and rows": (
        Graph(
            "Files in and out",
            "files",
            metrics=(
                MetricSpec("pipeline", "EventsReceived"),
                Total("FilesProcessed"),
                Total("FilesRejected"),
                Total("FilesSkipped"),
                Total("FilesHandedOver"),
            ),
        ),
        Graph(
            "Rows in and out",
            "rows",
            metrics=(Total("RowsRead"), Total("RowsWritten"), Total("RowsRejected"), Total("RowsDuplicate")),
        ),
        Graph(
            "Rejected and duplicate rows, small files",
            "% of an hour's rows",
            alarms=("rejected-share",),
            metrics=(Share("RowsDuplicate"),),
        ),
        Graph("Failed checks", "checks", metrics=(Total("ValidationFailures"),)),
        Graph(
            "Must be zero",
            "events, files; 1 if nothing is written",
            alarms=("row-balance", "events-rejected", "lost-failures", "nothing-written"),
        ),
    ),
    "Functions": (
        Graph(
            "Duration",
            "ms",
            alarms=("duration",),
            metrics=(
                MetricSpec("live alias", "Duration", "p50"),
                MetricSpec("live alias", "Duration", "p95"),
            ),
            limits={"timeout": 30_000},
        ),
        Graph(
            "Duration, large files",
            "ms",
            alarms=("large-duration",),
            metrics=(MetricSpec("large function", "Duration", "p50"),),
            limits={"timeout": 900_000},
        ),
        Graph(
            "Errors by alias and version",
            "invocations",
            alarms=("errors", "canary-errors"),
            metrics=(Search("Errors", ("Resource",)), Search("Errors", _VERSIONS)),
        ),
        Graph(
            "Throttles by alias and version",
            "invocations",
            alarms=("throttles",),
            metrics=(Search("Throttles", ("Resource",)), Search("Throttles", _VERSIONS)),
        ),
        Graph("Errors, large files", "invocations", alarms=("large-errors",)),
        MemoryTable("Memory used, at most", ("function", "large function", "embedding function")),
    ),
    "Queues and freshness": (
        Graph("Age of waiting events", "ms", alarms=("event-age",)),
        Graph("Failure queue, depth", "events", alarms=("failures",)),
        Graph(
            "Failure queue, oldest event",
            "s",
            metrics=(MetricSpec("failure queue", "ApproximateAgeOfOldestMessage", "Maximum"),),
        ),
        Graph("Age of datasets that wait for vectors", "s", alarms=("embedding-age",)),
        Graph(
            "Datasets that wait for vectors",
            "datasets",
            alarms=("embedding-dead-letters",),
            metrics=(
                MetricSpec("embedding queue", "ApproximateNumberOfMessagesVisible", "Maximum"),
                MetricSpec("embedding queue", "ApproximateNumberOfMessagesNotVisible", "Maximum"),
            ),
        ),
    ),
    "Embedding": (
        Graph(
            "Work",
            "datasets, sentences",
            metrics=(
                MetricSpec("embedding", "DatasetsEmbedded"),
                MetricSpec("embedding", "SentencesEmbedded"),
                MetricSpec("embedding", "SentencesLeftOut"),
                MetricSpec("embedding", "VectorsDeleted"),
            ),
        ),
        Graph("Tokens", "tokens", metrics=(MetricSpec("embedding", "EmbeddingTokens"),)),
        Graph("Cost", "USD", metrics=(MetricSpec("embedding", "EmbeddingCostUSD"),)),
        Graph(
            "Failures",
            "datasets, invocations",
            alarms=("embedding-budget", "embedding-errors", "embedding-switch-errors"),
            metrics=(MetricSpec("embedding", "EmbeddingFailures"),),
        ),
    ),
    "Batches and single large files": (
        Graph(
            "Executions",
            "executions",
            alarms=("batch-failed",),
            metrics=(MetricSpec("batch", "ExecutionsStarted"), MetricSpec("batch", "ExecutionsSucceeded")),
        ),
        Graph("Time of an execution", "ms", metrics=(MetricSpec("batch", "ExecutionTime", "Maximum"),)),
    ),
}
