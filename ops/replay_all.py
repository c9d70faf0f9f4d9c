"""Processes all raw objects again, and deletes the outputs of other versions that this replaces."""

from collections.abc import Collection, Mapping
from typing import Any

from ops.manifests import current_versions
from ops.replay import current_uploads, delete_outputs, read_outputs, reprocess, show_keys
from ops.result import Result
from ops.stack_outputs import CommandContext

_WHY_KEPT = (
    "their uploads were deleted or replaced by newer ones, so that they cannot be written again, or a task "
    "still processes them"
)


def replay_all(context: CommandContext, *, yes: bool) -> Result:
    """Process every raw object again with the live version; if all succeed, delete what that replaces.

    This moves a bucket to the keys of the live version's contract. Without `yes`, only list what it would do.
    """
    live, uploads = current_versions(context.function)[context.alias], current_uploads(context)
    others = [output for output in read_outputs(context) if output.writer != live]
    data = {"environment": context.env, "version": live, "dry_run": not yes}
    if yes:
        replaced = _replace_outputs(context, uploads, {output.writer for output in others})
        return Result(data | replaced, int(replaced["failed"] > 0))
    objects = show_keys("would process", [*uploads], context)
    context.console.print(
        f"Of {len(others)} outputs of other versions, those of these objects that version {live} does not "
        "write again would be deleted. Nothing was done; add --yes to do it."
    )
    return Result(data | {"objects": objects, "outputs": [output.key for output in others]})


def _replace_outputs(
    context: CommandContext, uploads: Mapping[str, str], others: Collection[str]
) -> dict[str, Any]:
    """Process raw objects again; if all succeed, delete the outputs that other versions wrote of them."""
    objects, failed = reprocess(context, [*uploads])
    ended = {uploads[each["key"]] for each in objects if not each["handed_over"]}
    deleted, kept = ([], []) if failed else _delete_replaced(context, ended, others)
    context.console.print(
        f"{context.env}: {len(objects) - failed} of {len(objects)} objects were processed again, "
        f"{len(deleted)} outputs of other versions were deleted."
    )
    if kept:
        context.console.print(f"{len(kept)} outputs of other versions were kept: {_WHY_KEPT}.")
    return {"objects": objects, "deleted_outputs": deleted, "kept_outputs": kept, "failed": failed}


def _delete_replaced(
    context: CommandContext, uploads: set[str], versions: Collection[str]
) -> tuple[list[str], list[str]]:
    """Delete what these versions wrote of the uploads (version ids) that are still current.

    Returns:
        The keys of these outputs, and of those that are kept.
    """
    replaced = uploads.intersection(current_uploads(context).values())
    outputs = [output for output in read_outputs(context) if output.writer in versions]
    kept = [output.key for output in outputs if output.source_version not in replaced]
    orphaned = [output for output in outputs if output.source_version in replaced]
    return delete_outputs(context, orphaned), kept
