"""The commands of `tastetrend` and their options.

A command imports its implementation when it runs: help and completion do not wait for boto3 or Arrow.
"""
# ruff: noqa: PLC0415 # for that reason

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from ops.errors import UsageError
from ops.options import Env, Json, Number, Rag, Stage, Yes, console_for, context_of, finish

app = typer.Typer(
    help="Process review files, operate an environment, and release to it.",
    epilog=(
        "Exit codes: 0 success; 1 bad data, or something is in the wrong state; 2 wrong usage; "
        "3 AWS cannot be reached or denies the request."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # it would show local variables, which may hold a customer's name
)


@app.command(epilog="Example: tastetrend process reviews.csv --out build/out")
def process(
    files: Annotated[list[Path], Argument(help="Raw review files, or folders of them.")],
    out: Annotated[Path, Option(help="The folder to write to; it gets the keys of the bucket.")],
    *,
    as_json: Json = False,
) -> None:
    """Process local files without AWS: datasets, rejected rows and reports.

    Exits with 1 when a file is rejected or fails a check.
    """
    from ops.process import process_files

    finish(process_files(files, out, console_for(as_json)), as_json)


@app.command(epilog="Example: tastetrend failures --env dev")
def failures(env: Env, *, as_json: Json = False) -> None:
    """List the events in the failure queue: which file, why, how many attempts. Changes nothing."""
    from ops.failures import list_failures

    finish(list_failures(context_of(env, as_json)), as_json)


@app.command(epilog="Example: tastetrend redrive --env dev --yes")
def redrive(env: Env, *, yes: Yes = False, as_json: Json = False) -> None:
    """Invoke the function again with all events of the failure queue; those that fail again stay there.

    An event can be sent more than once: what is already processed is skipped.
    """
    from ops.failures import redrive_failures

    finish(redrive_failures(context_of(env, as_json), yes=yes), as_json)


@app.command(epilog="Example: tastetrend replay uptown/ --env dev --since 2026-11-01 --yes")
def replay(
    env: Env,
    prefix: Annotated[str | None, Argument(help="The prefix of the raw keys; '' for all objects.")] = None,
    since: Annotated[datetime | None, Option(help="Only objects uploaded at this UTC time or later.")] = None,
    only_version: Annotated[
        str | None, Number(help="Only objects whose outputs this function version wrote.")
    ] = None,
    *,
    everything: Annotated[bool, Option("--all", help="All objects; delete what it replaces.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Process raw objects again with the live version, replacing their outputs."""
    from ops.replay import replay_objects
    from ops.replay_all import replay_all

    if everything and (prefix, since, only_version) == (None, None, None):
        finish(replay_all(context_of(env, as_json), yes=yes), as_json)
    if everything or prefix is None:
        raise UsageError("name either a prefix, or --all without --since and --only-version")
    finish(replay_objects(context_of(env, as_json), prefix, since, only_version, yes=yes), as_json)


@app.command(epilog="Example: tastetrend promote staging --env prod")
def promote(
    stage: Stage,
    env: Env,
    version: Annotated[str | None, Number(help="By default that of the stage before.")] = None,
    *,
    force: Annotated[
        bool, Option("--force", help="Promote although the quality gate fails; with --reason.")
    ] = False,
    reason: Annotated[str | None, Option(help="Why the quality gate is overridden; it is recorded.")] = None,
    as_json: Json = False,
) -> None:
    """Run the quality gate on a version, archive its code, and move an alias to it.

    An interrupted promotion can be run again. Exits with 1 if alias, stack or record has another version.
    """
    from ops.release import promote_version

    if force != bool(reason):
        raise UsageError("name the reason for --force with --reason, or leave both out")
    finish(promote_version(context_of(env, as_json), stage, version, override=reason), as_json)


@app.command(epilog="Example: tastetrend rollback prod --env prod --reprocess --yes")
def rollback(
    stage: Stage,
    env: Env,
    to: Annotated[str | None, Number(help="By default the version that ran before.")] = None,
    *,
    reprocess: Annotated[
        bool, Option("--reprocess", help="Process the bad version's files again, delete what only it wrote.")
    ] = False,
    yes: Annotated[
        bool, Option("--yes", help="With --reprocess: do it; without this, only show what would be done.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Move an alias back to the version that it ran before, all at once; cancels a promotion under way.

    An interrupted rollback can be run again: an alias that has moved back already stays where it is.
    """
    from ops.rollback import rollback_version

    finish(rollback_version(context_of(env, as_json), stage, to, repair=reprocess, yes=yes), as_json)


@app.command(epilog="Example: tastetrend releases --env prod")
def releases(
    env: Env,
    *,
    repair: Annotated[
        bool, Option("--repair", help="Let stack and record follow the version that an alias serves.")
    ] = False,
    yes: Annotated[bool, Option("--yes", help="With --repair: also where that moves traffic.")] = False,
    as_json: Json = False,
) -> None:
    """List which version each alias runs, since when, what it can go back to, and what happened.

    Exits with 1 if alias, stack and record disagree.
    """
    from ops.drift import repair_releases
    from ops.releases import list_releases

    context = context_of(env, as_json)
    finish(repair_releases(context, yes=yes) if repair else list_releases(context), as_json)


@app.command(epilog="Example: tastetrend demo a.csv b.txt")
def demo(
    files: Annotated[
        list[Path] | None, Argument(help="Review files or folders; by default the samples.")
    ] = None,
    *,
    rag: Rag = False,
    show_page: Annotated[
        bool, Option("--open/--no-open", help="Open the pages of the files; only from a terminal.")
    ] = True,
) -> None:
    """Deploy the stack on the emulator, upload files to the raw bucket, and show the results.

    Exits with 1 when a file is rejected or fails a check.
    """
    from local.demo import run, samples

    raise typer.Exit(run(files or samples(), console_for(as_json=False), rag=rag, show_page=show_page))


@app.command(epilog='Example: eval "$(tastetrend up)"')
def up(
    port: Annotated[int, Option(min=0, max=65535, help="The port to listen on; 0: any free port.")] = 0,
    *,
    rag: Rag = False,
) -> None:
    """Start the emulator in the background with the stack deployed; print its settings as shell commands."""
    from local import background

    typer.echo(background.up(port, console_for(as_json=True), rag=rag))


@app.command(epilog="Example: tastetrend down")
def down() -> None:
    """Stop the emulator that `tastetrend up` started."""
    from local import background

    typer.echo("The emulator (local) has ended." if background.down() else "No emulator (local) was running.")
