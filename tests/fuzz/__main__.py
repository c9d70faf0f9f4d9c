"""Processes a number of damaged files and saves those that reveal a fault."""

import secrets
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from tests.fuzz.fuzzing import damaged, findings


def main(
    count: Annotated[int, typer.Option(min=1, help="How many files.")] = 10_000,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same files; by default a new one.")
    ] = None,
    keep: Annotated[Path, typer.Option(file_okay=False, help="Where files that reveal a fault go.")] = Path(
        "build/fuzz"
    ),
) -> None:
    """Process damaged copies of the samples and report faults."""
    kinds: Counter[str] = Counter()
    seed = secrets.randbelow(1 << 32) if seed is None else seed
    for finding in track(findings(seed, range(count)), total=count):
        if finding:
            kinds[finding.kind] += 1
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{seed}-{finding.number}").write_bytes(damaged(seed, finding.number))
            typer.echo(f"file {finding.number}: {finding.kind}\n{finding.detail}", err=True)
    summary = ", ".join(f"{kinds[kind]} {kind}" for kind in ("crash", "unbalanced", "unreadable"))
    typer.echo(f"{count} files, seed {seed}: {summary}")
    raise typer.Exit(1 if kinds else 0)


typer.run(main)
