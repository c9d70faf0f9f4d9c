"""Import boundaries of the Lambda package, and limits of file and function length."""

import ast
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lambda_src" / "tastetrend_etl"
TABLES = {"schema", "models", "errors", "limits", "sources"}  # what every module may import

# module or folder → the modules and folders that it may import, in addition to TABLES
ALLOWED = {
    "schema": set(),
    "models": set(),
    "errors": set(),
    "limits": set(),
    "sources": set(),
    "settings": set(),
    "pseudonym": set(),
    "curated": {"parquet_writer", "pseudonym", "settings"},
    "temp_workspace": set(),
    "staging": set(),
    "budget": set(),
    "s3_event": set(),
    "output_keys": set(),
    "s3_download": set(),
    "parquet_writer": set(),
    "rejected_file": {"parse", "parquet_writer"},
    "report_page": {"report_page"},
    "s3_parquet": set(),
    "parse": {"parse"},
    "transform": {"transform"},
    "validate": {"validate", "output_keys"},
    "hand_over": {"load", "output_keys", "s3_download", "s3_event", "settings"},
    "outputs": {"output_keys", "pipeline", "report_page", "validate"},
    "history": {"validate"},
    "load": {"outputs", "s3_download", "s3_parquet"},
    "run_context": {"settings"},
    "commit": {"curated", "history", "load", "output_keys", "outputs", "pipeline", "run_context", "validate"},
    "pipeline": {"parse", "transform", "validate", "parquet_writer", "rejected_file", "output_keys"},
    "ingest": {
        "commit",
        "hand_over",
        "s3_download",
        "load",
        "output_keys",
        "pipeline",
        "run_context",
        "s3_event",
        "settings",
        "temp_workspace",
        "validate",
    },
    "observability": {"s3_event", "ingest", "settings"},
    "runtime": set(),
    "tracing": {"settings"},
    "invocation": {"s3_event", "ingest", "observability", "run_context", "settings"},
}
PURE = [
    "parse",
    "transform",
    "validate",
    "schema",
    "models",
    "errors",
    "limits",
    "sources",
    "output_keys",
    "outputs",
    "history",
    "parquet_writer",
    "rejected_file",
    "report_page",
    "pipeline",
]
SERVICES = {"boto3", "botocore", "awswrangler"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(path):
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def known_parts(path):
    names = (name.split(".") for name in imports(path))
    parts = {name[1] for name in names if name[0] == "tastetrend_etl" and len(name) > 1}
    return parts - TABLES


def modules(*parts):
    return sorted(
        path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" and part_of(path) in parts
    )


def names_of(paths):
    return [str(path.relative_to(PACKAGE)) for path in paths]


MODULES = modules(*ALLOWED)


def test_every_module_is_listed():
    everything = {path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}

    assert names_of(sorted(everything - set(MODULES))) == []


@pytest.mark.parametrize("path", MODULES, ids=names_of(MODULES))
def test_a_module_imports_only_allowed_modules(path):
    assert known_parts(path) - ALLOWED[part_of(path)] == set()


@pytest.mark.parametrize("path", modules(*PURE), ids=names_of(modules(*PURE)))
def test_pure_modules_import_no_aws_client(path):
    assert {name.split(".")[0] for name in imports(path)} & SERVICES == set()


def test_only_settings_reads_the_environment():
    reading = [path for path in MODULES if "os.environ" in path.read_text(encoding="utf-8")]

    assert names_of(reading) == ["settings.py"]


def test_only_one_module_reads_secrets():
    reading = [path for path in MODULES if "aws_lambda_powertools.utilities.parameters" in set(imports(path))]

    assert names_of(reading) == ["pseudonym.py"]


def test_nothing_imports_a_handler():
    handlers = {path.stem for path in PACKAGE.parent.glob("*.py")}

    assert [path for path in MODULES if {name.split(".")[0] for name in imports(path)} & handlers] == []


def test_the_stack_and_the_function_do_not_import_each_other():
    stack = [*(ROOT / "tastetrend_stack").rglob("*.py"), ROOT / "app.py"]

    assert [path.name for path in stack if "tastetrend_etl" in {n.split(".")[0] for n in imports(path)}] == []
    assert [
        path for path in MODULES if {"tastetrend_stack", "aws_cdk"} & {n.split(".")[0] for n in imports(path)}
    ] == []


GATE = sorted((ROOT / "lambda_src" / "tastetrend_gate").glob("*.py"))


def test_the_gate_imports_only_tables_and_the_etl_modules_for_outputs():
    """The gate compares outputs; it must not share the code that computes them."""
    imported = {
        name.split(".")[1] for path in GATE for name in imports(path) if name.startswith("tastetrend_etl.")
    }

    tables = {"errors", "limits", "schema"}
    outputs = {"s3_download", "output_keys", "pseudonym", "runtime", "s3_parquet"}
    assert imported - tables == outputs | {"report_page"}
    assert [path for path in MODULES if "tastetrend_gate" in {n.split(".")[0] for n in imports(path)}] == []


def test_the_gate_imports_the_sdk_in_two_places():
    importing = [path.name for path in GATE if {name.split(".")[0] for name in imports(path)} & SERVICES]

    assert importing == ["replay.py", "retrieval_check.py"]


# module → what it may import of its own package, and of `tastetrend_etl`, whose pipeline it does not need
EMBED = {
    "settings": (set(), set()),
    "sentences": (set(), set()),
    "mask": (set(), set()),
    "metadata": (set(), {"pseudonym"}),
    "chunks": ({"mask", "metadata", "sentences"}, {"pseudonym", "s3_download", "temp_workspace"}),
    "entries": ({"chunks"}, set()),
    "manifest": ({"chunks", "entries"}, {"errors", "s3_download", "s3_parquet", "temp_workspace"}),
    "budget": (set(), {"errors", "s3_download", "s3_parquet"}),
    "embedding": ({"budget"}, set()),
    "vectors": (set(), set()),
    "models": ({"chunks", "embedding", "manifest", "vectors"}, {"errors"}),
    "sync": ({"chunks", "entries", "manifest", "metadata", "models", "vectors"}, {"errors"}),
    "observability": ({"budget", "models"}, {"errors", "observability"}),
}
EMBED_FILES = sorted((ROOT / "lambda_src" / "tastetrend_embed").glob("[!_]*.py"))


def test_every_module_for_embedding_is_listed():
    assert {path.stem for path in EMBED_FILES} == EMBED.keys()


@pytest.mark.parametrize("path", EMBED_FILES, ids=lambda path: path.stem)
def test_a_module_for_embedding_imports_only_allowed_modules(path):
    names = [name.split(".") for name in imports(path)]
    own, etl = (
        {name[1] for name in names if name[0] == package and len(name) > 1}
        for package in ("tastetrend_embed", "tastetrend_etl")
    )

    assert own - EMBED[path.stem][0] == set()
    assert etl - EMBED[path.stem][1] == set()


def test_only_two_modules_for_embedding_make_clients():
    making = {path.stem for path in EMBED_FILES if "boto3" in set(imports(path))}

    assert making == {"embedding", "vectors"}


def test_only_the_measure_of_retrieval_needs_the_package_for_embedding():
    others = [path for path in (ROOT / "lambda_src").glob("tastetrend_*/**/*.py") if path not in EMBED_FILES]
    needing = [path for path in others if "tastetrend_embed" in {n.split(".")[0] for n in imports(path)}]

    assert [path.name for path in needing] == ["retrieval.py"]


# As those of `EMBED`; to erase a customer takes the parser and, to compare files, the pipeline.
ERASE = {
    "customer": (set(), {"errors", "pseudonym", "schema", "transform"}),
    "models": ({"customer"}, {"errors"}),
    "eraser": ({"customer", "models"}, {"models", "parse", "schema"}),
    "records": ({"eraser", "models"}, {"limits", "models", "parse"}),
    "unchanged": ({"customer", "eraser", "models"}, {"errors", "limits", "models", "pipeline"}),
    "rewrite": ({"customer", "eraser", "models", "records", "unchanged"}, {"errors", "models", "parse"}),
    "versions": ({"models"}, {"s3_parquet"}),
    "former_outputs": ({"models"}, {"limits", "models", "output_keys", "s3_download", "s3_parquet"}),
    "raw_objects": (
        {"former_outputs", "models", "rewrite", "versions"},
        {"s3_download", "s3_parquet", "temp_workspace"},
    ),
    "contents": ({"customer", "models"}, {"pseudonym"}),
    "outputs": ({"contents", "former_outputs", "models", "versions"}, {"pseudonym", "temp_workspace"}),
}
ERASE_FILES = sorted((ROOT / "lambda_src" / "tastetrend_erase").glob("[!_]*.py"))


def test_every_module_for_erasing_is_listed():
    assert {path.stem for path in ERASE_FILES} == ERASE.keys()


@pytest.mark.parametrize("path", ERASE_FILES, ids=lambda path: path.stem)
def test_a_module_for_erasing_imports_only_allowed_modules(path):
    names = [name.split(".") for name in imports(path)]
    own, etl = (
        {name[1] for name in names if name[0] == package and len(name) > 1}
        for package in ("tastetrend_erase", "tastetrend_etl")
    )

    assert own - ERASE[path.stem][0] == set()
    assert etl - ERASE[path.stem][1] == set()


SHIPPED = sorted(
    path
    for folder in ("lambda_src", "tastetrend_stack", "ops", "local", "samples")
    for path in (ROOT / folder).rglob("*.py")
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_at_most_200_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_has_at_most_40_lines(path):
    assert [name for name, length in function_lengths(path) if length > 40] == []


def test_most_functions_are_short():
    lengths = sorted(length for path in SHIPPED for _, length in function_lengths(path))

    assert median(lengths) <= 6
    assert lengths[len(lengths) * 9 // 10] <= 14


def function_lengths(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.lineno + 1 - docstring_lines(node)


def docstring_lines(function):
    first = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    return first.end_lineno - first.lineno + 1 if has_docstring else 0
