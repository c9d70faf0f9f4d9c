"""Shows a person what is being done, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from local.deploy import bootstrap, deploy
from local.emulator import Emulator


@contextmanager
def step(console: Console, doing: str, done: str) -> Iterator[None]:
    """Show that something is being done, and when it is done how long it took."""
    started = time.monotonic()
    with console.status(f"{doing} …"):
        yield
    console.print(f"{done} in {time.monotonic() - started:.1f} s")


def deploy_stack(emulator: Emulator, console: Console) -> dict[str, str]:
    """Prepare the account and deploy the stack, and return the stack's outputs."""
    with step(console, "Bootstrapping the account", "Bootstrapped the account"):
        bootstrap(emulator)
    with step(console, "Deploying the stack", "Deployed the stack"):
        return deploy(emulator)
