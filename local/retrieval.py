"""Shows the retrieval of the demo: waits for the vectors, counts them, and asks a question."""

import re
import shlex
import subprocess  # nosec B404 # this command
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

import boto3
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from local.deploy import command_environment
from local.emulator import PROJECT, Emulator
from local.logs import last_log_events
from ops.ask import QUEUE_COUNTS
from ops.errors import CommandError
from ops.replay import list_objects
from tastetrend_embed.chunks import vector_key
from tastetrend_embed.manifest import Manifests
from tastetrend_etl.output_keys import dataset_keys

QUESTION = "How long is the queue?"
_LOG_GROUP = "/aws/lambda/tastetrend-local-embed"
_DEAD_LETTERS = "tastetrend-local-embedding-dead"
_REQUIREMENTS = PROJECT / "requirements-retrieval.txt"
_TIMEOUT_SECONDS = 300  # without progress
_POLL_SECONDS = 3

Outputs = Mapping[str, str]


def check_packages() -> None:
    """Check that the packages are installed by which the emulator embeds texts.

    Raises:
        CommandError: one is missing.
    """
    names = re.findall(r"^([\w.-]+)==", _REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    if missing := [name for name in names if not _is_installed(name)]:
        raise CommandError(
            f"--rag needs packages that are not installed ({', '.join(missing)}); install them with "
            "`make .venv/.retrieval`"
        )


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def show_retrieval(emulator: Emulator, outputs: Outputs, files: Iterable[str], console: Console) -> None:
    """Wait until the reviews of processed files are embedded, show how many sentences, and ask a question."""
    datasets = {file: dataset_keys(file)["reviews"] for file in files}
    objects = list_objects(boto3.client("s3", **emulator.connection), outputs["ProcessedBucketName"])
    existing = {entry["Key"] for entry in objects}.intersection(datasets.values())
    counts = _await_vectors(emulator, outputs, existing, console)
    table = Table("file", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("sentences in the index", justify="right")
    for file, dataset in datasets.items():
        table.add_row(file, f"{counts[_prefix(dataset)]:,}")
    console.print(table)
    if counts:
        _ask(emulator, console)


def _await_vectors(
    emulator: Emulator, outputs: Outputs, datasets: Iterable[str], console: Console
) -> Counter[str]:
    """Wait until nothing waits to be embedded; return the number of vectors by the prefix of their keys.

    Raises:
        CommandError: a dataset could not be embedded, or there is no progress any more.
    """
    counts: Counter[str] = Counter()
    started = changed = time.monotonic()
    with console.status("Embedding the reviews …") as status:
        while not _is_complete(emulator, outputs, datasets):
            time.sleep(_POLL_SECONDS)
            before, counts = counts, _count_vectors(emulator, outputs)
            changed = changed if counts == before else time.monotonic()
            status.update(f"Embedding the reviews … {counts.total():,} sentences")
            if time.monotonic() > changed + _TIMEOUT_SECONDS or _waiting(emulator, _DEAD_LETTERS):
                raise CommandError(
                    "reviews were not embedded; the last log events of the function:\n"
                    f"{last_log_events(emulator, _LOG_GROUP)}"
                )
    counts = _count_vectors(emulator, outputs)
    console.print(f"Embedded {counts.total():,} sentences, {time.monotonic() - started:.0f} s after the rest")
    return counts


def _is_complete(emulator: Emulator, outputs: Outputs, datasets: Iterable[str]) -> bool:
    """Return whether the queue is empty, and each dataset of reviews has been embedded."""
    s3 = boto3.client("s3", **emulator.connection)
    manifests = Manifests(s3, outputs["ProcessedBucketName"])
    return not _waiting(emulator, outputs["EmbeddingQueueUrl"].rpartition("/")[2]) and all(
        (header := manifests.find(dataset)).write_id and header.complete for dataset in datasets
    )


def _waiting(emulator: Emulator, queue: str) -> int:
    """Return how many messages a queue has, with those that the function has received or delayed."""
    sqs = boto3.client("sqs", **emulator.connection)
    attributes = sqs.get_queue_attributes(
        QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"],
        AttributeNames=QUEUE_COUNTS,
    )
    return sum(map(int, attributes["Attributes"].values()))


def _count_vectors(emulator: Emulator, outputs: Outputs) -> Counter[str]:
    client: Any = boto3.client("s3vectors", **emulator.connection)
    pages = client.get_paginator("list_vectors").paginate(
        vectorBucketName=outputs["VectorBucketName"], indexName=outputs["VectorIndexName"]
    )
    return Counter(vector["key"].partition("-")[0] for page in pages for vector in page["vectors"])


def _prefix(dataset: str) -> str:
    return vector_key(dataset, b"").rstrip("-")


def _ask(emulator: Emulator, console: Console) -> None:
    """Ask a question with the command that a user would type."""
    command = ["ask", QUESTION, "--answer", "extract", "--env", "local"]
    console.print()
    console.print(f"$ tastetrend {shlex.join(command)}")
    console.print()
    program = [sys.executable, "-m", "ops", *command]
    environment = command_environment(emulator)
    ended = subprocess.run(program, env=environment, check=False)  # noqa: S603 # nosec B603 # this command
    if ended.returncode:
        raise CommandError("the question was not answered; the reason is above")
