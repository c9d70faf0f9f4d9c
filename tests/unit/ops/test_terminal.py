"""Text from outside, such as a key, neither controls a terminal nor gives commands to CI."""

import io
import json

import pytest
from rich.table import Table
from rich.text import Text

from ops import cli, options
from ops.errors import CommandError
from ops.result import Result
from ops.terminal import EscapingConsole, escape_json

HOSTILE = {
    "a terminal's escape sequence": ("\x1b[2J\x1b]0;title\x07.csv", r"\x1b[2J\x1b]0;title"),
    "one that begins with a single character": ("a\x9b31m.csv", r"a\x9b31m.csv"),
    "a line of its own": ("a.csv\n::error::wrong", r"a.csv\x0a\x3a:error::wrong"),
    "a command at the beginning": ("::add-mask::a", r"\x3a:add-mask::a"),
    "a command after spaces": ("  ::error::a", r"  \x3a:error::a"),
    "a command that a table may fold": ("a::WARNING file=b::c", r"a\x3a:WARNING file=b::c"),
    "a type of CloudFormation": ("AWS::Lambda::Alias", "AWS::Lambda::Alias"),
    "a former command anywhere": ("a ##[error]b", r"a \x23#[error]b"),
    "text in another direction": ("a\u202evsc.exe", r"a\u202evsc.exe"),
    "markup": ("[red]a[/red] :warning:", "[red]a[/red] :warning:"),
    "letters of other languages": ("Größe 寿司\t🍜", "Größe 寿司"),
}
CASES = pytest.mark.parametrize(("key", "shown"), HOSTILE.values(), ids=HOSTILE)


@pytest.fixture
def console():
    """Return a console as of the commands, on a terminal."""
    console = options.console_for(as_json=False)
    assert isinstance(console, EscapingConsole)
    console.file = io.StringIO()
    return console


@CASES
def test_a_printed_key_stays_on_its_line(key, shown, console):
    console.print(f"{key}")

    assert console.file.getvalue().startswith(shown)
    assert console.file.getvalue().count("\n") == 1
    assert not {"\x1b", "\r", "\x9b", "\u202e"} & {*console.file.getvalue()}


@pytest.mark.parametrize("of", [str, Text])
@CASES
def test_so_does_a_key_in_a_table(key, shown, of, console):
    table = Table(title="files", box=None)
    table.add_column("file", min_width=60)  # or the escapes would be folded
    table.add_row(of(key))

    console.print(table, soft_wrap=False, width=200)

    assert shown in console.file.getvalue()
    assert console.file.getvalue().count("\n") == 3


def test_no_fold_of_a_table_begins_with_a_command(console):
    for width in range(1, 30):
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(overflow="fold")
        table.add_row("\x1b\x1b::error::a::error::b")
        console.print(table, soft_wrap=False, width=width)

    assert not [line for line in console.file.getvalue().splitlines() if line.lstrip().startswith("::e")]


def test_the_rest_of_a_styled_text_keeps_its_style(console):
    console.print(Text.assemble("a\nb ", ("red", "red")))

    assert console.file.getvalue() == "a\\x0ab red\n"


@CASES
def test_json_with_a_key_is_still_that_of_the_key_and_has_no_control_characters(key, shown):
    document = json.dumps({"key": key}, ensure_ascii=False, indent=2)

    escaped = escape_json(document)

    assert json.loads(escaped) == {"key": key}
    assert escaped.count("\n") == 2
    assert not [line for line in escaped.splitlines() if "##[" in line or line.lstrip().startswith("::")]
    assert all(letter.isprintable() for letter in escaped if letter not in "\n\t")


def test_the_commands_print_such_json(capsys):
    with pytest.raises(Exception, match="0"):
        options.finish(Result({"key": "a\x9b31m"}), as_json=True)

    assert capsys.readouterr().out == '{\n  "key": "a\\u009b31m"\n}\n'


def test_an_error_has_the_lines_of_its_message_but_no_command(monkeypatch, capsys):
    def fail(*_args, **_kwargs):
        raise CommandError("\x1b[31ma.csv\n::error::b")

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit):
        cli.main([])

    assert capsys.readouterr().err == "error: \\x1b[31ma.csv\n\\x3a:error::b\n"
