"""Lists which version each alias runs, what happened to it, and where alias, stack and record disagree."""

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ops import manifests
from ops.alias_state import read_state
from ops.drift import find_drift
from ops.manifests import PREVIOUS_STAGE, Manifest
from ops.release_history import last_move, previous_version
from ops.release_log import Event, read_events
from ops.result import Result
from ops.stack_outputs import CommandContext

_MAX_SHOWN = 20
_WORDS = {"promotion_started": "promotion begun", "rollback_started": "rollback begun"}


def list_releases(context: CommandContext) -> Result:
    """Print which version each alias runs, since when, what it can go back to, and the latest events.

    Exits with 1 if alias, stack and record disagree.
    """
    env, console = context.env, context.console
    running, known = manifests.current_versions(context.function), manifests.load(context)
    events = read_events(context, known)
    states = [read_state(context, alias) for alias in PREVIOUS_STAGE]
    drift = find_drift(states, events)
    console.print(_aliases_table(f"tastetrend-{env}", running, known, events), soft_wrap=False)
    promoted = [known[version] for version in sorted(known, key=int)]
    for each in promoted:
        retrieval = f", {manifests.describe_figures(each.retrieval)}" if each.retrieval else ""
        console.print(
            f"version {each.version}: {each.semver}, {each.code_key}, gate {_gate(each)}{retrieval}"
        )
    previous = {alias: previous_version(events, alias, running[alias]) for alias in PREVIOUS_STAGE}
    for alias, earlier in previous.items():
        console.print(f"{alias} can go back to {f'version {earlier}' if earlier else 'nothing yet'}.")
    for event in events[-_MAX_SHOWN:]:
        console.print(f"{event.time[:19]}Z  {describe_event(event)}")
    _show_drift(context, drift)
    data = {
        "environment": env,
        "aliases": running,
        "previous_versions": previous,
        "versions": [vars(manifest) for manifest in promoted],
        "events": [vars(event) for event in events],
        "drift": drift,
    }
    return Result(data, int(any(drift.values())))


def _show_drift(context: CommandContext, drift: Mapping[str, Sequence[str]]) -> None:
    for sentence in (sentence for found in drift.values() for sentence in found):
        context.console.print(f"drift: {sentence}.")
    if any(drift.values()):
        context.console.print(
            f"To let stack and record follow the alias: tastetrend releases --repair --env {context.env}"
        )
    if len(drift) < len(PREVIOUS_STAGE):
        context.console.print("An update of the stack is under way; aliases can be between two versions.")


def describe_event(event: Event) -> str:
    """Return an event as one line, without its time."""
    what = _WORDS.get(event.kind, event.kind.replace("_", " "))
    parts = [f"{event.alias}: {what}, version {event.version}"]
    if event.previous:
        parts.append(f"before it {event.previous}")
    if event.by:
        parts.append(f"by {event.by}")
    return ", ".join(parts) + (f": {event.reason}" if event.reason else "")


def _aliases_table(
    title: str, running: Mapping[str, str], known: Mapping[str, Manifest], events: Sequence[Event]
) -> Table:
    table = Table("alias", "version", "code", "since", "gate", title=title, box=SIMPLE_HEAD)
    for alias, version in sorted(running.items()):
        if manifest := known.get(version):
            move = last_move(events, alias)
            since = move.time[:19] if move and move.version == version else "not recorded"
            table.add_row(alias, version, manifest.semver, since, _gate(manifest))
        else:
            table.add_row(alias, version, "", "not promoted: follows the newest")
    return table


def _gate(manifest: Manifest) -> str:
    return f"{manifest.gate} (forced)" if manifest.forced else manifest.gate
