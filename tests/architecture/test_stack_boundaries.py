"""Constructs get their resources as arguments; only the stack and its larger tiers import several."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "tastetrend_stack"
COMPOSING = {"stack", "larger_tiers", "__init__"}


def siblings_of(path):
    """Return the modules of the package that a module imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("tastetrend_stack."):
            yield node.module.split(".")[1]


def defines_construct(path):
    """Return whether a module defines a construct."""
    classes = [
        node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)
    ]
    return any(getattr(base, "id", "") == "Construct" for each in classes for base in each.bases)


MODULES = {path.stem: path for path in sorted(PACKAGE.glob("*.py")) if path.stem not in COMPOSING}


@pytest.mark.parametrize("name", MODULES)
def test_no_construct_imports_another(name):
    assert [
        sibling for sibling in siblings_of(MODULES[name]) if defines_construct(PACKAGE / f"{sibling}.py")
    ] == []


def test_the_main_constructs_are_found():
    assert {"storage", "ingestion", "aliases", "monitoring", "embedding"} <= {
        n for n, path in MODULES.items() if defines_construct(path)
    }


def test_the_stack_module_has_at_most_100_lines():
    assert len((PACKAGE / "stack.py").read_text(encoding="utf-8").splitlines()) <= 100
