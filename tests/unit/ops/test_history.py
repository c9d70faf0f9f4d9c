"""`history` lists files, batches and releases together, in the order of time."""

import pytest

from tests.json_output import printed

GOOD = b"rating,review_text\n5,good\n"


@pytest.fixture
def history(observed, tastetrend):
    """Return a function that runs the command with `--json` and returns the entries."""

    def run(*arguments):
        result = tastetrend("history", "--env", "prod", "--json", *arguments)
        assert result.status == 0
        return printed(result.stdout)["entries"]

    return run


def test_files_batches_and_releases_are_listed_oldest_first(observed, history, deliver):
    deliver(GOOD, "in/a.csv")
    observed.add_execution("a", "SUCCEEDED", hours_ago=1, prefix="in/")
    observed.add_execution("b", "FAILED", hours_ago=3, key="large.csv")
    observed.add_event("rejected", "5", hours_ago=2)

    entries = history()

    times = [entry["time"] for entry in entries]
    assert times == sorted(times)
    kinds = [(entry["kind"], entry["text"].partition(",")[0]) for entry in entries]
    assert [kind for kind, _ in kinds].count("release") == 8 + 1
    batches = [text for kind, text in kinds if kind == "batch"]
    assert batches == ["large file 'large.csv': FAILED", "batch a over 'in/': SUCCEEDED"]
    assert kinds.index(("release", "prod: rejected")) in range(1, len(kinds))
    assert ("file", "in/a.csv: pass") in kinds


def test_the_limit_keeps_the_newest(observed, history, deliver):
    for number in range(4):
        deliver(GOOD, f"{number}.csv")
        observed.add_execution(str(number), "SUCCEEDED", hours_ago=5 + number, prefix="in/")

    everything, newest = history("--limit", 100), history("--limit", 3)

    assert len(everything) == 4 + 4 + 8
    assert [entry["time"] for entry in newest] == [entry["time"] for entry in everything[-3:]]


def test_it_is_printed_as_one_line_each(observed, tastetrend):
    observed.add_event("rejected", "5", hours_ago=0)

    result = tastetrend("history", "--env", "prod", "--limit", "2")

    *lines, last = result.stdout.splitlines()
    assert len(lines) == 2
    assert "release prod: rejected, version 5, before it 4, by arn:aws:iam::1:user/a" in lines[-1]
    assert last == "prod: the newest 2 entries; --limit gives more."


@pytest.mark.parametrize("limit", ["0", "1001", "x"])
def test_a_limit_out_of_range_is_wrong_usage(limit, tastetrend):
    assert tastetrend("history", "--env", "prod", "--limit", limit).status == 2


def test_it_only_reads(observed, history, deliver):
    deliver(GOOD)
    observed.calls.clear()

    history()

    assert [call for call in observed.calls if not call.startswith(("Get", "Head", "List"))] == []
