"""Starts an emulator that keeps running after the command, and stops it."""

import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from local.deploy import deploy_stack, read_outputs
from local.emulator import Emulator, start, stop
from local.exports import export_commands
from local.preflight import check_machine
from local.retrieval import check_packages
from ops.errors import UsageError

_STATE = Path("build/emulator.json")
_AUTHORITIES = Path("build/authorities.pem")


def up(port: int, console: Console, *, rag: bool) -> str:
    """Start an emulator with the stack deployed, unless one is running; return shell commands to use it.

    Raises:
        CommandError: the machine lacks something, or the packages for retrieval.
        UsageError: one is running on another port than the requested one, or without retrieval.
    """
    check_machine(_STATE.parent)
    if rag:
        check_packages()
    if (emulator := load_state()) is None:
        emulator, _ = start(port)
        try:
            deploy_stack(emulator, console, retrieval=rag)
            console.print('Use the emulator (local): eval "$(tastetrend up)"; stop it: tastetrend down')
            save_state(emulator)
        except BaseException:
            stop(emulator)
            raise
    elif port not in {0, emulator.port}:
        raise UsageError(f"an emulator runs on port {emulator.port} already; end it with `make down`")
    elif rag and "VectorIndexName" not in read_outputs(emulator):
        raise UsageError("an emulator runs already, without retrieval; end it with `make down`")
    return export_commands(emulator, _AUTHORITIES)


def down() -> bool:
    """Stop the emulator, and return whether one was running."""
    if emulator := load_state():
        stop(emulator)
    _STATE.unlink(missing_ok=True)
    return emulator is not None


def save_state(emulator: Emulator) -> None:
    """Write the emulator's process, port and folder to a file."""
    _STATE.parent.mkdir(exist_ok=True)
    _STATE.write_text(json.dumps(asdict(emulator), default=str))


def load_state() -> Emulator | None:
    """Return the emulator that was left running; None if it does not respond any more."""
    if not _STATE.exists():
        return None
    state = json.loads(_STATE.read_text())
    emulator = Emulator(state["pid"], state["port"], Path(state["folder"]))
    return emulator if emulator.is_healthy() else None
