"""Adds the source of an unknown file: its TOML file and its golden file."""

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from rich.console import Console

import tastetrend_etl
from ops.errors import CommandError, UsageError
from ops.file_profile import Profile, profile_file
from ops.file_shape import shape_of
from ops.local_gate import GateResult, process_local, run_local_gate
from ops.proposal import show_profile, to_data
from ops.result import Result
from ops.source_file import source_text
from ops.summary import Report, describe
from samples.golden import as_json, processed
from samples.invented import write_golden_file
from tastetrend_etl.errors import InvalidSourceError, RejectedFileError
from tastetrend_etl.schema import SYNONYMS
from tastetrend_etl.sources.config import CATEGORY_TABLES, Source, load_source, load_sources
from tastetrend_gate.golden_files import EXPECTATIONS

CODE = Path(tastetrend_etl.__file__).parents[1]
_SOURCES, _GOLDEN, _VERSION = "tastetrend_etl/sources", "tastetrend_gate/golden", "tastetrend_etl/__init__.py"


def onboard_file(file: Path, draft: Source, console: Console, *, force: bool, code: Path = CODE) -> Result:
    """Write the TOML file and the golden file of a file's source, and run the local gate.

    Args:
        file: of the unknown source.
        draft: its name, and what is not to be proposed.
        console: for the text.
        force: replace a source of this name.
        code: the folder of the function's code, to write to.

    Raises:
        CommandError: the file cannot be onboarded; says why and what to do.
    """
    _check_paths(file, draft.name, code, force=force)
    key = example_key(draft.key_pattern) if draft.key_pattern else f"{draft.name}{file.suffix}"
    try:
        profile = profile_file(file, draft)
        written = [_write_source(profile, code / _SOURCES), *_write_golden(profile, key, code / _GOLDEN)]
    except RejectedFileError as error:
        raise CommandError(f"{file} cannot be read ({error.reason}): {error.message}") from error
    except InvalidSourceError as error:
        raise UsageError(f"{error}; correct the options") from error
    if not force:
        written.append(_raise_version(code / _VERSION))
    sources = load_sources(code / _SOURCES)
    own_key = file.name if PurePosixPath(file.name).match(draft.key_pattern or "*") else key
    report, _ = process_local(own_key, file.read_bytes(), sources)
    gate = run_local_gate(sources, code / _GOLDEN)
    paths = [str(path.relative_to(code.parent)) for path in written]
    show_profile(profile, console)
    _show_results(paths, report, gate, console)
    data = to_data(profile) | {"written": paths, "gate": gate._asdict(), "status": report["status"]}
    return Result(data, int("fail" in {gate.status, report["status"]}))


def draft_source(name: str, key_pattern: str, columns: Sequence[str], categories: Sequence[str]) -> Source:
    """Return a source with what the options state: `FIELD=COLUMN` and `FIELD:WORD=CATEGORY`.

    Raises:
        UsageError: an option has another form.
    """
    words: dict[str, dict[str, str]] = {}
    for option in categories:
        field, mapped = _split(option, ":", CATEGORY_TABLES)
        word, _, category = mapped.rpartition("=")
        words.setdefault(field, {})[word.lower()] = category
    named = dict(_split(option, "=", SYNONYMS) for option in columns)
    return Source(name, key_pattern, columns=named, categories=words)


def example_key(pattern: str) -> str:
    """Return a key that a pattern matches.

    Raises:
        UsageError: none is known.
    """
    key = pattern.replace("**", "*").replace("*", "golden").replace("?", "0")
    if not PurePosixPath(key).match(pattern):
        raise UsageError(f"the key pattern {pattern!r} is not supported; use `*` and `?` only")
    return key


def _split(option: str, mark: str, fields: Iterable[str]) -> tuple[str, str]:
    field, found, value = option.partition(mark)
    if field not in fields or not found or not value:
        raise UsageError(f"{option!r} does not begin with FIELD{mark}; the fields are {', '.join(fields)}")
    return field, value


def _check_paths(file: Path, name: str, code: Path, *, force: bool) -> None:
    if not file.is_file():
        raise UsageError(f"{file} is no file; check the path")
    existing = [path for path in (code / _SOURCES / f"{name}.toml", code / _GOLDEN / name) if path.exists()]
    if existing and not force:
        raise UsageError(f"{existing[0]} exists; choose another --name, or replace it with --force")


def _write_source(profile: Profile, folder: Path) -> Path:
    """Write the TOML file, after it has been validated elsewhere."""
    name = f"{profile.source.name}.toml"
    with TemporaryDirectory(prefix="tastetrend-") as draft_folder:
        draft = Path(draft_folder, name)
        draft.write_text(source_text(profile), encoding="utf-8")
        load_source(draft)
        return Path(shutil.copyfile(draft, folder / name))


def _write_golden(profile: Profile, key: str, folder: Path) -> list[Path]:
    own = folder / profile.source.name
    shutil.rmtree(own, ignore_errors=True)
    expectation = processed(write_golden_file(own / key, shape_of(profile)))
    (own / EXPECTATIONS).write_text(as_json({key: expectation}), encoding="utf-8", newline="\n")
    return [own / key, own / EXPECTATIONS]


def _raise_version(path: Path) -> Path:
    """Raise the last number of the project's version: a release's code is archived under it."""
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r'(\d+)"$', lambda last: f'{int(last[1]) + 1}"', text, flags=re.MULTILINE), encoding="utf-8"
    )
    return path


def _show_results(paths: list[str], report: Report, gate: GateResult, console: Console) -> None:
    lines = [f"wrote {path}" for path in paths]
    lines += describe(report)
    lines += [
        f"gate: {gate.status}, {len(gate.files)} golden files against their expected rows",
        *gate.reasons,
    ]
    for line in lines:
        console.print(line)
