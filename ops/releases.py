"""Lists which version each alias runs, and which versions were promoted."""

import boto3
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ops.manifests import PREVIOUS_STAGE, Manifest, current_versions, load_manifests, previous_version
from ops.result import Result
from ops.stack_outputs import read_stack_outputs


def list_releases(env: str, console: Console) -> Result:
    """Print which version each alias runs, since when, its gate result, and what it can go back to."""
    outputs = read_stack_outputs(env)
    running, known = current_versions(outputs), load_manifests(boto3.client("s3"), outputs)
    table = Table("alias", "version", "code", "since", "gate", title=f"tastetrend-{env}", box=SIMPLE_HEAD)
    for alias, version in sorted(running.items()):
        table.add_row(alias, version, *_table_cells(known.get(version), alias))
    console.print(table)
    for version in sorted(known, key=int):
        manifest = known[version]
        console.print(f"version {version}: {manifest.semver}, {manifest.code_key}, gate {_gate(manifest)}")
    previous = {alias: previous_version(known, alias, running[alias]) for alias in PREVIOUS_STAGE}
    for alias, earlier in previous.items():
        console.print(f"{alias} can go back to {f'version {earlier}' if earlier else 'nothing yet'}.")
    manifests = [vars(known[version]) for version in sorted(known, key=int)]
    return Result(
        {"environment": env, "aliases": running, "previous_versions": previous, "versions": manifests}
    )


def _table_cells(manifest: Manifest | None, alias: str) -> tuple[str, str, str]:
    if manifest is None:
        return "", "not promoted: follows the newest", ""
    times = manifest.promoted.get(alias)
    return manifest.semver, times[-1] if times else "not recorded", _gate(manifest)


def _gate(manifest: Manifest) -> str:
    return f"{manifest.gate} (forced)" if manifest.forced else manifest.gate
