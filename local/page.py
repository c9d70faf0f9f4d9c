"""Shows the index of the pages of processed files: prints its path, and opens it in a browser."""

import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console


def can_open_page(console: Console, variables: Mapping[str, str]) -> bool:
    """Return whether somebody looks at the output who has a graphical browser."""
    if not console.is_terminal or variables.get("CI"):
        return False
    # Without a display, a browser would take over the terminal.
    return sys.platform != "linux" or any(map(variables.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def present_page(page: Path, console: Console, *, opened: bool) -> None:
    """Print where the index is, and open it if wanted."""
    console.print(f"The pages of the files: {page}")
    if opened and not webbrowser.open(page.resolve().as_uri()):
        console.print("No browser could be started; open the page yourself.")
