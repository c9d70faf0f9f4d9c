"""Repairs what bad versions wrote: processes their raw objects again, deletes what only they wrote."""

from collections.abc import Sequence
from typing import Any

from ops.replay import Output, current_uploads, delete_outputs, find_outputs, reprocess
from ops.stack_outputs import CommandContext


def repair_outputs(context: CommandContext, bad: list[str]) -> dict[str, Any]:
    """Process the raw objects of bad versions again; if all succeed, delete what only they wrote.

    What an invocation of a bad version, which began before the alias moved, has written meanwhile is left:
    its file was not processed again.
    """
    written = find_outputs(context, bad)
    uploads = find_uploads(context, written)
    objects, failed = reprocess(context, [*uploads])
    running = {uploads[each["key"]] for each in objects if each["handed_over"]}
    known = {(output.key, output.source_version) for output in written}
    deleted, left = [], list[str]()
    if not failed:
        still = find_outputs(context, bad)
        left = [each.key for each in still if (each.key, each.source_version) not in known]
        deleted = delete_outputs(
            context, [each for each in still if each.key not in left and each.source_version not in running]
        )
    context.console.print(
        f"{context.env}: {len(uploads) - failed} of {len(uploads)} files of version {', '.join(bad)} were "
        f"processed again, {len(deleted)} outputs that only it wrote were deleted."
    )
    if left:
        context.console.print(f"{len(left)} outputs were written by it meanwhile; run this again.")
    return {"objects": objects, "deleted_outputs": deleted, "left_outputs": left, "failed": failed}


def find_uploads(context: CommandContext, outputs: Sequence[Output]) -> dict[str, str]:
    """Return raw key → version id of the newest uploads that outputs were made of."""
    sources = {output.source_version for output in outputs}
    return {key: version for key, version in current_uploads(context).items() if version in sources}
