"""The queues: how many messages wait, and since when the oldest one does."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import boto3

from ops.ask import QUEUE_COUNTS
from ops.metric_values import newest
from ops.stack_outputs import CommandContext
from ops.status_models import Part, Problem, in_words

_LATE_S = 3_600  # as the alarm `embedding-age`


@dataclass(frozen=True)
class Queue:
    """The state of a queue.

    Attributes:
        messages: about how many wait, also until they can be received, as those over the budget.
        in_flight: about how many are being processed.
        oldest_s: age of the oldest in seconds; None if CloudWatch has no value of it.
    """

    name: str
    messages: int
    in_flight: int
    oldest_s: int | None


def read_queues(context: CommandContext) -> list[Part]:
    """Return the failure queue and, with retrieval, the queue of datasets and its dead letters; the index."""
    queues = [_read(context.failure_queue_url)]
    if url := context.embedding_queue_url:
        dead = boto3.client("sqs").get_queue_url(QueueName=f"{url.rpartition('/')[2]}-dead")["QueueUrl"]
        queues += [_read(url), _read(dead)]
    problems = [*_evaluate_failures(queues[0], context.env), *_evaluate_dead_letters(queues[2:])]
    rows, lines = [asdict(queue) for queue in queues], [_line(queue) for queue in queues]
    return [Part("queues", rows, lines, problems), *map(_evaluate_index, queues[1:2])]


def _evaluate_failures(failures: Queue, env: str) -> Iterator[Problem]:
    if count := failures.messages:
        events = "1 event is" if count == 1 else f"{count:,} events are"
        yield Problem(f"{events} in the failure queue", f"tastetrend failures --env {env}")


def _evaluate_dead_letters(queues: Sequence[Queue]) -> Iterator[Problem]:
    for count in (queue.messages for queue in queues if queue.messages):
        datasets = "1 dataset" if count == 1 else f"{count:,} datasets"
        what = f"{datasets} failed to become vectors"
        yield Problem(what, "see docs/operations.md#embedding-dead-letters")


def _evaluate_index(queue: Queue) -> Part:
    """Say how far the index for retrieval is behind the datasets."""
    waiting, age = queue.messages + queue.in_flight, queue.oldest_s or 0
    data = {"waiting_datasets": waiting, "behind_s": queue.oldest_s if waiting else 0}
    if not waiting:
        return Part("index", data, ["up to date"])
    since = "" if queue.oldest_s is None else f", the oldest for {in_words(age)}"
    line = f"about {waiting:,} datasets wait for vectors{since}"
    late = [Problem(line, "see docs/operations.md#embedding-age")] if age > _LATE_S else []
    return Part("index", data, [line], late)


def _read(url: str) -> Queue:
    name = url.rpartition("/")[2]
    counts = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=QUEUE_COUNTS)["Attributes"]
    visible = int(counts["ApproximateNumberOfMessages"])
    messages = visible + int(counts["ApproximateNumberOfMessagesDelayed"])
    in_flight = int(counts["ApproximateNumberOfMessagesNotVisible"])
    # Of delayed messages the metric does not tell the age.
    age = newest("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": name}) if visible else None
    age = 0 if age is None and not messages else age
    oldest = None if age is None else round(age)
    return Queue(name, messages, in_flight, oldest)


def _line(queue: Queue) -> str:
    if not queue.messages:
        return f"{queue.name}: empty"
    age = "age unknown" if queue.oldest_s is None else f"the oldest for {in_words(queue.oldest_s)}"
    return f"{queue.name}: {queue.messages:,} waiting, {age}"
