"""Erases a customer from an environment, and writes a certificate of what was erased."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import boto3

from ops.ask import waiting_files
from ops.erase_steps import EraseSteps, identify, list_keys
from ops.errors import CommandError, UsageError
from ops.invoke import invoke_all
from ops.result import Result
from ops.stack_outputs import CommandContext
from tastetrend_erase.customer import InvalidNameError, check_name

_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
_DATASET = "processed/"

KeyResults = Mapping[str, Mapping[str, Any]]
"""Key → what a step found or did there."""


class _Findings(NamedTuple):
    """What a search found in each bucket."""

    raw: KeyResults
    processed: KeyResults

    @property
    def touched(self) -> list[str]:
        """The raw keys that have the customer, or that an earlier erasure may not have finished."""
        return [key for key, found in self.raw.items() if found["versions"] or found.get("rewritten")]

    @property
    def found(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Bucket and result of each key with the customer, or that cannot be searched."""
        buckets = (("raw", self.raw), ("processed", self.processed))
        return [
            (bucket, result)
            for bucket, results in buckets
            for result in results.values()
            if result["versions"] or result.get("is_current") or "problem" in result
        ]


def erase_customer(context: CommandContext, customer: str, *, yes: bool) -> Result:
    """Erase a customer by name or pseudonym; without `yes`, only show where they are.

    Raises:
        UsageError: the name is none, or one that many use.
        CommandError: files could not be processed again; nothing was deleted yet.
    """
    _check_stack(context)
    is_pseudonym = _PSEUDONYM.fullmatch(customer) is not None
    if not is_pseudonym:
        _check_name(customer)
    name = _find_name(context, customer) if is_pseudonym else customer
    identity = identify(context, name) if name else {"pseudonym": customer}
    data: dict[str, Any] = {"environment": context.env, **identity, "dry_run": not yes}
    if not name:
        context.console.print(
            f"No dataset of {context.env} has a customer with this pseudonym; erase by name."
        )
        return Result(data | {"files": [], "left": []})
    steps = EraseSteps(context, name)
    before = _search(steps)
    _show(context, before, yes=yes)
    if not yes:
        return Result(data | _describe(before))
    time = datetime.now(UTC)
    data |= {
        "time": time.isoformat(timespec="seconds"),
        "by": boto3.client("sts").get_caller_identity()["Arn"],
        **_describe(before),
        "complete": False,
    }
    certificate = f"erasures/{time:%Y%m%dT%H%M%SZ}-{data['pseudonym'][:8]}.json"
    _write(context, certificate, data)  # before anything is deleted, so that a certificate exists in any case
    data |= _erase(steps, before)
    _write(context, certificate, data)
    return _certify(context, certificate, data, _search(steps))


def _check_stack(context: CommandContext) -> None:
    if not context.erase_function:
        raise CommandError(
            f"the stack of {context.env} was deployed before customers could be erased; deploy it again with "
            f"`make deploy ENV={context.env}`"
        )


def _check_name(name: str) -> None:
    try:
        check_name(name)
    except InvalidNameError as error:
        raise UsageError(str(error)) from error


def _find_name(context: CommandContext, pseudonym: str) -> str:
    """Return the name that a pseudonym replaces; nothing if no dataset has it."""
    keys = [key for key in list_keys(context, context.processed_bucket) if key.startswith(_DATASET)]
    datasets = [key for key in keys if key.endswith(".parquet")]
    results = EraseSteps(context, "").take("find_names", "processed", datasets, pseudonym=pseudonym)
    return min((name for result in results.values() for name in result["names"]), default="")


def _search(steps: EraseSteps) -> _Findings:
    return _Findings(steps.search("raw"), steps.search("processed"))


def _show(context: CommandContext, findings: _Findings, *, yes: bool) -> None:
    """Print one line for each key with the customer."""
    for bucket, found in findings.found:
        context.console.print(f"{bucket}: {found['key']}: {_sentence(found)}")
    if not findings.found:
        context.console.print(f"The name is nowhere in {context.env}.")
    elif not yes:
        context.console.print("Nothing was done; add --yes to do it. What is deleted cannot be restored.")


def _sentence(found: Mapping[str, Any]) -> str:
    if "problem" in found:
        return f"cannot be erased: {found['problem']}"
    rows = f"{found.get('own', 0):,} rows of the customer, {found.get('masked', 0):,} others with the name, "
    versions = f"{len(found['versions']):,} versions with either"
    if "own" in found:
        return rows + versions
    return "is replaced with its raw file" if found.get("is_current") else versions


def _describe(findings: _Findings) -> dict[str, Any]:
    """Return what was found in raw files, for the certificate."""
    kept = sum(found.get("kept", 0) for found in findings.raw.values())
    files = [dict(found) for bucket, found in findings.found if bucket == "raw"]
    outputs = [dict(found) for bucket, found in findings.found if bucket == "processed"]
    return {"files": files, "outputs": outputs, "rows_of_longer_names": kept}


def _erase(steps: EraseSteps, findings: _Findings) -> dict[str, Any]:
    """Rewrite the raw files, process them, and delete what has the customer; return what was deleted.

    Raises:
        CommandError: a file could not be processed.
    """
    keys = findings.touched
    steps.take("rewrite", "raw", keys)
    results = invoke_all(steps.context, [(key, {"key": key}) for key in keys])
    if failed := sum(result.failed for result in results):
        raise CommandError(
            f"{failed} of {len(keys)} rewritten files could not be processed; nothing was deleted yet, run "
            "this again"
        )
    deleted = {
        "raw": steps.take("purge", "raw", keys),
        "processed": steps.take(
            "purge", "processed", list_keys(steps.context, steps.context.processed_bucket)
        ),
    }
    return {"deleted_versions": {bucket: _deleted(results) for bucket, results in deleted.items()}}


def _deleted(results: KeyResults) -> list[dict[str, Any]]:
    return [
        {"key": result["key"], "versions": result["versions"]}
        for result in results.values()
        if result["versions"]
    ]


def _write(context: CommandContext, key: str, data: dict[str, Any]) -> None:
    """Write the certificate to the artifacts bucket; it has the pseudonym, and no name."""
    body = json.dumps(data, ensure_ascii=False, indent=2).encode()
    context.s3.put_object(Bucket=context.artifacts_bucket, Key=key, Body=body, ContentType="application/json")


def _certify(context: CommandContext, key: str, data: dict[str, Any], after: _Findings) -> Result:
    """Complete the certificate with what the last search found, and print that."""
    left = [{"bucket": bucket, **found} for bucket, found in after.found]
    data |= {"complete": not left, "left": left}
    _write(context, key, data)
    if context.vector_index:
        data["files_waiting_for_vectors"] = waiting = waiting_files(context)
        _write(context, key, data)
        context.console.print(f"The vectors follow; about {waiting:,} files wait to be embedded.")
    for each in left:
        context.console.print(f"left in {each['bucket']}: {each['key']}: {_sentence(each)}")
    outcome = f"{len(left)} objects still have the name" if left else "no version of an object has the name"
    context.console.print(f"{context.env}: {outcome}. Certificate: {key} of {context.artifacts_bucket}")
    return Result(data | {"certificate": key}, int(bool(left)))
