"""Leaves an emulator running between two commands."""

import json
import shlex
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from local.emulator import Emulator, start, stop
from local.steps import deploy_stack
from ops.errors import UsageError

_STATE = Path("build/emulator.json")


def up(port: int, console: Console) -> Emulator:
    """Start an emulator with the stack deployed, unless there is one.

    Raises:
        UsageError: one runs already, on another port than the one asked for.
    """
    if emulator := _find():
        if port not in {0, emulator.port}:
            raise UsageError(f"an emulator runs on port {emulator.port} already; end it with `make down`")
        return emulator
    emulator, _ = start(port)
    try:
        deploy_stack(emulator, console)
        console.print('Use the emulator (local) with: eval "$(tastetrend up)"; stop it with: tastetrend down')
        _remember(emulator)
    except BaseException:
        stop(emulator)
        raise
    return emulator


def as_shell_commands(emulator: Emulator) -> str:
    """Return shell commands that make `aws`, boto3 and `tastetrend --env local` use the emulator."""
    exports = [f"export {name}={shlex.quote(value)}" for name, value in emulator.exports.items()]
    return "\n".join(["unset AWS_PROFILE AWS_SESSION_TOKEN", *exports])


def down() -> bool:
    """End the emulator, and return whether there was one."""
    emulator = _find()
    if emulator:
        stop(emulator)
    _STATE.unlink(missing_ok=True)
    return emulator is not None


def _remember(emulator: Emulator) -> None:
    _STATE.parent.mkdir(exist_ok=True)
    _STATE.write_text(json.dumps(asdict(emulator), default=str))


def _find() -> Emulator | None:
    """Return the emulator that was left running, None when it does not answer any more."""
    if not _STATE.exists():
        return None
    state = json.loads(_STATE.read_text())
    emulator = Emulator(state["pid"], state["port"], Path(state["folder"]))
    return emulator if emulator.is_healthy() else None
