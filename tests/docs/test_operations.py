"""Each alarm has its section in docs/operations.md, with the answers that an operator needs."""

import re

from tastetrend_stack.alarms import ALARMS
from tastetrend_stack.canary_alarms import CANARY_ALARMS
from tastetrend_stack.retrieval_alarms import RETRIEVAL_ALARMS
from tests.docs.pages import PROJECT

PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_each_alarm_has_a_section():
    assert set(SECTIONS) == {alarm.name for alarm in (*ALARMS, *CANARY_ALARMS, *RETRIEVAL_ALARMS)}


def test_each_section_says_what_it_means_what_to_look_at_what_to_do_and_when_it_is_over():
    for name, section in SECTIONS.items():
        assert re.findall(r"^- \*\*(\w+)\*\*: ", section, re.MULTILINE) == ["Means", "Look", "Do", "OK"], name


def test_no_other_page_says_what_alarms_mean():
    rows = [f"| `{name}`" for name in SECTIONS]
    others = [page for page in (PROJECT / "docs").glob("*.md") if page.name != "operations.md"]

    assert [
        page.name for page in others if any(row in page.read_text(encoding="utf-8") for row in rows)
    ] == []


def test_a_reference_to_another_section_leads_to_one():
    assert set(re.findall(r"\]\(#([a-z-]+)\)", PAGE)) <= SECTIONS.keys()
