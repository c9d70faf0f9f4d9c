"""`tastetrend onboard` adds the source of an unknown file, with a golden file of invented reviews."""

import io
import json
import random
import re
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from ops import process
from ops.errors import CommandError, UsageError
from ops.onboard import CODE, draft_source, example_key, onboard_file
from tastetrend_etl.errors import InvalidSourceError
from tastetrend_etl.sources.config import load_source
from tastetrend_etl.transform import standardize
from tests.json_output import checked

HEADER = ("kuerzel", "gast", "besuchstag", "punkte", "betrag", "geschlecht", "eindruck")
GUESTS = ("Agnes Ahlers", "Bodo Brandt", "Carla Clausen", "Detlef Dierks", "Elke Ebert", "Frido Focke")
TEXTS = ("Die Rinderroulade war ausgezeichnet", "Viel zu laut an unserem Tisch", "Der Wirt kennt jeden Gast")
PATTERN = "lindenhof/*.csv"


def rows(count=60, *, date="{:02d}.{:02d}.2024", rating="{}", amount="{},50 €", best=10):
    """Return the cells of an invented export; some are `k.A.`."""
    rng = random.Random(1)  # noqa: S311 # invented cells
    return [
        (
            rng.choice(("LH-Nord", "LH-Süd")),
            f"{rng.choice(GUESTS)} {chr(97 + number % 26)}",
            date.format(rng.randint(13, 28), rng.randint(1, 12)) if number % 20 else "k.A.",
            rating.format(number % best + 1) if number % 12 else "k.A.",
            amount.format(rng.randint(12, 99)) if number % 15 else "k.A.",
            rng.choice(("w", "m")),
            f"{rng.choice(TEXTS)}, sagt Beleg {number}.",
        )
        for number in range(count)
    ]


def content(records, delimiter=";", encoding="utf-8", header=HEADER):
    return "".join(delimiter.join(cells) + "\n" for cells in [header, *records]).encode(encoding)


def folders_in(folder, names):
    """Return the golden files of onboarded sources."""
    return [name for name in names if Path(folder, name).is_dir()]


@pytest.fixture
def code(tmp_path):
    """Return a copy of the parts of the function's code that a source is added to."""
    for part in ("tastetrend_etl/sources", "tastetrend_gate/golden"):
        shutil.copytree(CODE / part, tmp_path / "lambda_src" / part, ignore=folders_in)
    shutil.copy(CODE / "tastetrend_etl/__init__.py", tmp_path / "lambda_src/tastetrend_etl/__init__.py")
    expectations = tmp_path / "lambda_src/tastetrend_gate/golden/expectations.json"
    few = {"clean.csv": json.loads(expectations.read_bytes())["clean.csv"]}  # all of them take seconds
    expectations.write_text(json.dumps(few))
    return tmp_path / "lambda_src"


@pytest.fixture
def onboard(code, tmp_path):
    """Return a function that onboards a file and returns the result with the printed text."""

    def run(body, *, columns=(), categories=(), pattern=PATTERN, force=False, name="export.csv"):
        file, text = tmp_path / name, io.StringIO()
        file.write_bytes(body)
        draft = draft_source("lindenhof", pattern, columns, categories)
        result = onboard_file(file, draft, Console(file=text, width=200), force=force, code=code)
        return checked("onboard", result), text.getvalue()

    return run


def toml(code):
    return load_source(code / "tastetrend_etl/sources/lindenhof.toml")


def golden(code, name="lindenhof/golden.csv"):
    return (code / "tastetrend_gate/golden/lindenhof" / name).read_bytes()


def test_the_columns_and_formats_of_an_unknown_file_are_proposed(onboard, code):
    result, text = onboard(content(rows()))

    assert result.exit_code == 0
    source = toml(code)
    assert source.columns == {
        "location": "kuerzel",
        "customer_name": "gast",
        "review_date": "besuchstag",
        "rating": "punkte",
        "total_spent": "betrag",
        "gender": "geschlecht",
        "review_text": "eindruck",
    }
    assert (source.key_pattern, source.headers) == (PATTERN, ())
    assert (source.rating_scale, source.decimal_mark, source.null_words) == (10, ",", ("k.a.",))
    assert source.date_order == ""  # a point proves none
    assert "gate: pass, 2 golden files" in text
    assert "golden.csv: source lindenhof, utf-8, delimiter ';', ratings out of 10" in text


def test_without_a_key_pattern_the_columns_recognise_the_files(onboard, code):
    onboard(content(rows()), pattern="")

    assert toml(code).headers == HEADER
    assert golden(code, "lindenhof.csv")


def test_no_delivered_name_text_or_place_is_written_or_printed(onboard, code):
    result, text = onboard(content(rows()))

    written = [path.read_text(encoding="utf-8") for path in (code / "tastetrend_etl/sources").glob("*.toml")]
    written += [
        golden(code).decode(),
        golden(code, "expectations.json").decode(),
        text,
        json.dumps(result.data),
    ]
    private = [*GUESTS, *TEXTS, "LH-Nord", "LH-Süd"]
    assert [cell for cell in private if any(cell in each for each in written)] == []


def test_names_in_the_columns_of_dates_and_categories_are_not_taken_for_words(onboard, code):
    records = [
        (
            place,
            f"Maria {guest}",
            "Maria" if number % 9 == 0 else day,
            *others[:2],
            "Maria" if number % 7 == 0 else "m",
            text,
        )
        for number, (place, guest, day, *others, _, text) in enumerate(rows(date="2024-{1:02d}-{0:02d}"))
    ]
    result, text = onboard(content(records))

    assert "maria" not in (text + json.dumps(result.data)).lower()
    assert "maria" not in (code / "tastetrend_etl/sources/lindenhof.toml").read_text().lower()
    assert "maria" not in golden(code).decode().lower()


def test_sample_values_are_those_of_dates_numbers_and_known_categories_only(onboard):
    result, text = onboard(content(rows()))

    values = {column["column"]: column["values"] for column in result.data["columns"]}
    assert [name for name, shown in values.items() if shown] == [
        "besuchstag",
        "punkte",
        "betrag",
        "geschlecht",
    ]
    assert values["geschlecht"] == ["m"]
    assert re.search(r"punkte +rating +by its content +60 +2, 3, 4", text)


def test_the_golden_file_has_the_shape_of_the_file_and_every_outcome(onboard, code):
    onboard(content(rows()))

    lines = golden(code).decode().splitlines()
    expected = json.loads(golden(code, "expectations.json"))["lindenhof/golden.csv"]
    assert lines[0] == ";".join(HEADER)
    assert re.fullmatch(r"[^;]*;[^;]*;\d\d\.\d\d\.\d{4};\d+;\d+,\d\d €;[mw]?;.*", lines[1])
    assert any("k.a." in line for line in lines)
    assert expected["rows"] == {"read": 43, "written": 40, "rejected": 2, "duplicate": 1}
    assert expected["rejected"].keys() == {"empty_row", "ragged"}
    assert len(set(expected["truth"]["rating_1_5"])) > 5


@pytest.mark.parametrize(
    ("body", "delivered"),
    [
        (content(rows(), delimiter="\t"), b"\t"),
        (content(rows(), delimiter="|"), b"|"),
        (content(rows(), delimiter="||"), b"||"),
        (content(rows(), encoding="utf-16"), "ü".encode("utf-16-le")),
        (content(rows(300), encoding="cp1252"), "ü".encode("cp1252")),
        (content(rows(date="{:02d}/{:02d}/2024")), b"/20"),
        (content(rows(date="2024-{1:02d}-{0:02d} 18:30:00")), b":"),
        (content(rows(rating="{}/10")), b"/10"),
        (content(rows(rating="{},5", best=4)), b",5;"),
        (content(rows(rating="{} stars", best=5)), b" stars"),
        (content(rows(rating="{}0%")), b"%"),
        (content(rows(amount="$1.{}0,00")), b"$"),
        (content(rows(amount="{}.25")), b"."),
        (
            "".join(
                json.dumps(dict(zip(HEADER, cells, strict=True)), ensure_ascii=False) + "\n"
                for cells in rows()
            ).encode(),
            b'{"kuerzel": ',
        ),
    ],
)
def test_the_gate_passes_for_every_form_of_file(body, delivered, onboard, code):
    result, text = onboard(body)

    assert result.data["gate"]["status"] == "pass", text
    assert delivered in golden(code)


def test_the_expected_rows_do_not_come_from_the_pipeline(onboard, monkeypatch):
    original = standardize.ratings.rescale_to_five
    monkeypatch.setattr(standardize.ratings, "rescale_to_five", lambda *args: original(*args) / 2)

    result, text = onboard(content(rows()))

    assert result.exit_code == 1
    assert "fail: lindenhof/golden.csv: rating_1_5" in text


def test_a_stated_column_and_word_are_used_instead_of_the_proposal(onboard, code):
    records = [(*cells, str(number % 40)) for number, cells in enumerate(rows())]
    body = content(records, header=(*HEADER, "tisch"))

    _, text = onboard(body)
    assert "rating may be punkte or tisch; choose with --column rating=NAME --force" in text
    assert "gender: w (" in text

    result, text = onboard(body, columns=["rating=punkte"], categories=["gender:W=female"], force=True)

    assert (result.exit_code, result.data["undecided"]) == (0, [])
    assert toml(code).columns["rating"] == "punkte"
    assert toml(code).categories == {"gender": {"w": "female"}}
    assert "female" in golden(code, "expectations.json").decode()


def test_an_existing_source_is_replaced_only_by_force(onboard, code):
    onboard(content(rows()))

    with pytest.raises(UsageError, match=r"lindenhof.toml exists; .* --force"):
        onboard(content(rows()))
    assert onboard(content(rows(rating="{}/10")), force=True)[0].exit_code == 0
    assert b"/10" in golden(code)


def test_the_projects_version_is_raised_once(onboard, code):
    def version():
        return re.search(r'"([\d.]+)"', (code / "tastetrend_etl/__init__.py").read_text())[1]

    *numbers, last = version().split(".")
    onboard(content(rows()))
    onboard(content(rows()), force=True)

    assert version() == ".".join([*numbers, str(int(last) + 1)])


def test_a_file_without_a_rating_or_a_text_is_an_error_that_says_what_to_do(onboard):
    records = [(cells[0], cells[2]) for cells in rows()]

    with pytest.raises(
        CommandError, match=r"no column of kuerzel, besuchstag is proposed .*`--column rating=NAME"
    ):
        onboard(content(records, header=("kuerzel", "besuchstag")))


def test_a_file_without_a_header_is_not_onboarded(onboard, code):
    with pytest.raises(CommandError, match="the first line names no columns"):
        onboard(
            content(
                rows(),
                header=(*HEADER[:-1], "Wir waren zu acht, und alle waren sehr zufrieden, auch die Kinder."),
            )
        )

    assert not (code / "tastetrend_etl/sources/lindenhof.toml").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"columns": ["stars=punkte"]},
            "'stars=punkte' does not begin with FIELD=; the fields are source_review",
        ),
        ({"columns": ["rating"]}, "does not begin with FIELD="),
        ({"columns": ["rating=noten"]}, "the file has no column noten; it has kuerzel"),
        ({"categories": ["mood:w=female"]}, "does not begin with FIELD:"),
        ({"categories": ["gender:w=woman"]}, "`categories.gender.w` = 'woman' is not allowed"),
        ({"pattern": "lindenhof/[0-9].csv"}, "is not supported; use"),
    ],
)
def test_an_option_that_cannot_be_used_is_an_error(options, message, onboard, code):
    with pytest.raises(CommandError) as raised:
        onboard(content(rows()), **options)

    assert message in str(raised.value)
    assert not (code / "tastetrend_etl/sources/lindenhof.toml").exists()


def test_a_name_that_no_toml_file_may_have_is_an_error(onboard, tmp_path, code):
    file = tmp_path / "export.csv"
    file.write_bytes(content(rows()))

    with pytest.raises(UsageError, match="name is not allowed"):
        onboard_file(
            file, draft_source("Linden Hof", "", (), ()), Console(quiet=True), force=False, code=code
        )
    assert not (code / "tastetrend_gate/golden/Linden Hof").exists()


@pytest.mark.parametrize(
    ("pattern", "key"),
    [("*.csv", "golden.csv"), ("a/**/b?.txt", "a/golden/b0.txt"), ("lindenhof*", "lindenhofgolden")],
)
def test_the_golden_files_key_matches_the_pattern(pattern, key):
    assert example_key(pattern) == key


def test_an_invalid_source_is_one_sentence_of_every_command(tastetrend, monkeypatch):
    def fail(*arguments, **named):
        raise InvalidSourceError("source a.toml: `colour` is unknown; allowed: columns")

    monkeypatch.setattr(process, "process_files", fail)
    result = tastetrend("process", "a.csv", "--out", "out")

    assert (result.status, result.stderr) == (
        1,
        "error: source a.toml: `colour` is unknown; allowed: columns\n",
    )
