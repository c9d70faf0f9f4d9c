"""Invokes the function that erases customers, with the keys of a bucket, a few at a time."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from rich.progress import Progress

from ops import invoke
from ops.errors import CommandError
from ops.stack_outputs import CommandContext

_MAX_WORKERS = 4
_KEYS = 20  # of an invocation; those for which it has no time are sent again
_NEVER_SEARCHED = ("embeddings/",)  # hashes


@dataclass(frozen=True)
class EraseSteps:
    """Takes the steps of an erasure; the name is in the events, which no log records."""

    context: CommandContext
    name: str = field(repr=False)

    def search(self, bucket: str) -> dict[str, dict[str, Any]]:
        """Search all versions of all objects of the `raw` or the `processed` bucket."""
        names = {"raw": self.context.raw_bucket, "processed": self.context.processed_bucket}
        return self.take("search", bucket, list_keys(self.context, names[bucket]))

    def take(self, step: str, bucket: str, keys: Sequence[str], **more: str) -> dict[str, dict[str, Any]]:
        """Take a step for each key; return key → result.

        Raises:
            CommandError: the function failed.
        """
        groups = [keys[start : start + _KEYS] for start in range(0, len(keys), _KEYS)]
        event = {"step": step, "bucket": bucket, "name": self.name, **more}
        with Progress(console=self.context.console) as progress, ThreadPoolExecutor(_MAX_WORKERS) as pool:
            taken = pool.map(lambda group: self._take_all(event, group), groups)
            description = f"{step} {bucket}".replace("_", " ")
            results = list(progress.track(taken, len(groups), description=description))
        return dict(zip(keys, chain.from_iterable(results), strict=True))

    def _take_all(self, event: dict[str, Any], keys: Sequence[str]) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        while len(results) < len(keys):
            results += call(self.context, event | {"keys": keys[len(results) :]})["results"]
        return results


def identify(context: CommandContext, name: str) -> dict[str, str]:
    """Return the pseudonym of a name, and the version of its key."""
    return call(context, {"step": "identify", "name": name})


def call(context: CommandContext, event: dict[str, Any]) -> dict[str, Any]:
    """Invoke the function; return its response.

    Raises:
        CommandError: it failed.
    """
    response = invoke.connect().invoke(
        FunctionName=context.erase_function, Payload=json.dumps(event).encode()
    )
    payload: dict[str, Any] = json.load(response["Payload"])
    if "FunctionError" in response:
        reason = payload.get("errorMessage", "no reason given")
        raise CommandError(f"{context.erase_function} failed: {reason}; run this again")
    return payload


def list_keys(context: CommandContext, bucket: str) -> list[str]:
    """Return the key of every object of a bucket with a version, deleted ones too."""
    pages = context.s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    keys: Iterator[str] = (entry["Key"] for page in pages for entry in page.get("Versions", []))
    return [key for key in dict.fromkeys(keys) if not key.startswith(_NEVER_SEARCHED)]
