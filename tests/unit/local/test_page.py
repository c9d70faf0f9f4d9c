"""The demo shows the index of pages, and opens it for somebody who looks at the output."""

import io
import webbrowser

import pytest
from rich.console import Console

from local.page import can_open_page, present_page

DESKTOP = {"DISPLAY": ":0"}


@pytest.fixture
def opened(monkeypatch):
    """Return the addresses that a browser was told to open."""
    addresses = []
    monkeypatch.setattr(webbrowser, "open", lambda address: addresses.append(address) or True)
    return addresses


def console(*, terminal=True):
    return Console(file=io.StringIO(), force_terminal=terminal, soft_wrap=True)


@pytest.mark.parametrize("variables", [DESKTOP, {"WAYLAND_DISPLAY": "wayland-0"}, {**DESKTOP, "CI": ""}])
def test_a_page_is_opened_on_a_desktop(variables):
    assert can_open_page(console(), variables)


def test_a_page_is_opened_where_a_display_needs_no_variable(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")

    assert can_open_page(console(), {})


@pytest.mark.parametrize(
    ("terminal", "variables"),
    [(False, DESKTOP), (True, {**DESKTOP, "CI": "true"}), (True, {})],
    ids=["no terminal", "CI", "no display"],
)
def test_no_page_is_opened_when_nobody_would_see_it(monkeypatch, terminal, variables):
    monkeypatch.setattr("sys.platform", "linux")

    assert not can_open_page(console(terminal=terminal), variables)


@pytest.mark.parametrize("wanted", [True, False])
def test_the_path_is_printed_in_any_case(tmp_path, opened, wanted):
    output = console(terminal=False)

    page = tmp_path / "my index.html"
    present_page(page, output, opened=wanted)

    assert str(page) in output.file.getvalue()
    assert opened == ([page.as_uri()] if wanted else [])


def test_a_browser_that_does_not_start_is_mentioned(tmp_path, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda _address: False)
    output = console(terminal=False)

    present_page(tmp_path / "index.html", output, opened=True)

    assert "open the page yourself" in output.file.getvalue()
