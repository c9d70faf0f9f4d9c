"""A console on which text from outside, such as a key, controls neither a terminal nor CI."""

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

# Control characters except the tab, marks that reorder text, line separators, and halves of surrogate pairs.
_CONTROLS = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
# GitHub runs `::command::` where a line begins, as by the fold of a table, and `##[command]` anywhere.
_CI_COMMANDS = re.compile(
    r"^(\s*)(:)(?=:)|(:)(?=:(?:add-|debug|echo|end|error|group|notice|remove-|save-|set-|stop-|warning))|(#)(?=#\[)",
    re.IGNORECASE,
)


class EscapingConsole(Console):
    """Prints every string and `Text` on one line, with escapes for what a terminal or CI would act on."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render with escapes; rich calls this for each cell of a table too."""
        if isinstance(renderable, str):
            renderable = escape(renderable)
        elif isinstance(renderable, Text) and (escaped := escape(renderable.plain)) != renderable.plain:
            renderable = renderable.copy()
            renderable.plain = escaped
        return super().render(renderable, options)


def escape(text: str) -> str:
    r"""Return the text on one line, with `\x1b` and the like for what a terminal or CI would act on."""
    return _CI_COMMANDS.sub(_escape_command, _CONTROLS.sub(lambda found: _code(found[0]), text))


def escape_lines(text: str) -> str:
    """Escape each line of a text that may have several, such as the output of a program."""
    return "\n".join(map(escape, text.split("\n")))


def escape_json(document: str) -> str:
    """Escape in a JSON document, which keeps its meaning, what JSON itself leaves as it is."""
    lines = document.split("\n")
    return "\n".join(_CI_COMMANDS.sub(_json_code, _CONTROLS.sub(_json_code, line)) for line in lines)


def _escape_command(found: re.Match[str]) -> str:
    return (found[1] or "") + _code(found[2] or found[3] or found[4])


def _code(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 # what two digits hold


def _json_code(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0][-1]):04x}"
