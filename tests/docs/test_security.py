"""docs/security.md has the table of access that is tried on the emulator."""

from tests.docs.pages import PROJECT
from tests.e2e.access_table import ACCESS, CALLERS

PAGE = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")


def to_row(call):
    allowed = [f"`{caller}`" if caller.islower() else caller for caller in CALLERS if caller in call.allowed]
    return f"| {call.what} | {', '.join(allowed) or 'nobody'} |"


def test_the_table_of_access_is_the_one_that_is_tried():
    _, _, section = PAGE.partition("\n| call | who may |\n|---|---|\n")
    table, _, _ = section.partition("\n\n")

    assert table.splitlines() == [to_row(call) for call in ACCESS]
