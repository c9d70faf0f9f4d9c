"""The files that were uploaded last, and how many were rejected today."""

import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from ops.metric_values import sum_since
from ops.recent_files import RecentFile, read_recent_files
from ops.stack_outputs import CommandContext
from ops.status_models import Part, Problem, brief, stamp

_SHOWN = 5
_TIERS = ("", "-large", "-task")  # the ends of the names by which they count
_GOOD = frozenset({"pass", "warn", "rejected"})  # a rejection is counted, whatever file it is of
_MAX_WAIT = timedelta(hours=1)


def read_files(context: CommandContext) -> list[Part]:
    """Return the last files with their verdicts, and how many files were rejected since midnight UTC."""
    now, files = datetime.now(UTC), read_recent_files(context, _SHOWN)
    recent = [file for file in files if file.uploaded >= now - timedelta(days=1)]
    problems = list(_find_problems(recent, context.env, now))
    return [
        Part("files", [file.to_json() for file in files], _lines(files), problems),
        _count_rejected(context, now.replace(hour=0, minute=0, second=0, microsecond=0)),
    ]


def _count_rejected(context: CommandContext, since: datetime) -> Part:
    rejected = sum(
        sum_since(since, "TasteTrend", "FilesRejected", {"service": f"{context.function}{tier}"})
        for tier in _TIERS
    )
    were = "1 file was" if rejected == 1 else f"{rejected:,} files were"
    what = f"{were} rejected today; the error reports say what the senders can do"
    problem = Problem(what, f"tastetrend history --env {context.env} --limit 50")
    return Part("rejected_today", rejected, [str(rejected)], [problem] if rejected else [])


def _find_problems(files: Sequence[RecentFile], env: str, now: datetime) -> Iterator[Problem]:
    """Yield what is wrong with files: a failed check, no result after an hour, or contradictory outputs."""
    for file in files:
        if file.verdict == "fail":
            yield Problem(f"{file.key} fails a check", f"aws s3 cp {shlex.quote(file.report)} -")
        elif file.verdict == "missing":
            if now - file.uploaded > _MAX_WAIT:
                what = f"{file.key} has no result since its upload at {stamp(file.uploaded)}"
                yield Problem(what, _replay(file, env))
        elif file.verdict not in _GOOD:
            yield Problem(f"the outputs of {file.key} are wrong: {file.verdict}", _replay(file, env))


def _replay(file: RecentFile, env: str) -> str:
    return f"tastetrend replay {shlex.quote(file.key)} --env {env} --yes"


def _lines(files: Sequence[RecentFile]) -> list[str]:
    return [f"{brief(stamp(file.uploaded))}  {describe_file(file)}" for file in files] or ["none"]


def describe_file(file: RecentFile) -> str:
    """Return a file's key, verdict and rows as one line."""
    rows = ""
    if file.rows:
        rows = ", " + ", ".join(f"{count:,} {name}" for name, count in file.rows.items())
    reason = f" ({file.reason})" if file.reason else ""
    return f"{file.key}: {file.verdict}{reason}{rows}"
