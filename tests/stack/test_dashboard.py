"""The dashboard shows what an environment has: every metric of every alarm, with its threshold."""

import json
import re
from itertools import pairwise

import pytest

from tastetrend_stack.dashboard_graphs import SECTIONS, Graph
from tests.stack.plain import plain


def rendered(value):
    """Render CloudFormation's functions as text, conditions too, of which a promoted version is one."""
    if isinstance(value, list):
        return [rendered(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        return f"${{{value['Fn::If'][0]}}}"
    return plain({key: rendered(inner) for key, inner in value.items()})


def widgets(stack):
    _, dashboard = stack.only("CloudWatch::Dashboard")
    return json.loads(rendered(dashboard["DashboardBody"]))["widgets"]


def graphs(stack):
    """Return title → properties of each graph."""
    shown = [widget["properties"] for widget in widgets(stack) if widget["type"] == "metric"]
    return {graph["title"]: graph for graph in shown}


def metrics_of(graph):
    """Yield namespace, name, dimensions, statistic, period in seconds, of each metric of a graph."""
    for row in graph["metrics"]:
        if isinstance(row[0], dict):
            continue
        namespace, name, *dimensions, options = row if isinstance(row[-1], dict) else [*row, {}]
        pairs = frozenset(zip(dimensions[::2], dimensions[1::2], strict=True))
        yield namespace, name, pairs, options.get("stat", "Average"), options.get("period", 300)


def metrics_of_alarm(alarm):
    stats = [each["MetricStat"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    single = {"Metric": alarm, "Stat": alarm.get("Statistic"), "Period": alarm.get("Period")}
    for each in stats or [single]:
        metric = rendered(each["Metric"])
        pairs = frozenset((pair["Name"], pair["Value"]) for pair in metric["Dimensions"])
        yield metric["Namespace"], metric["MetricName"], pairs, each["Stat"], each["Period"]


def test_the_dashboard_has_the_name_of_the_stack(any_stack):
    _, dashboard = any_stack.only("CloudWatch::Dashboard")

    assert dashboard["DashboardName"] == f"tastetrend-{any_stack.name}"


def test_the_first_widget_has_the_state_of_all_alarms(retrieval_stack):
    first = widgets(retrieval_stack)[0]
    alarms = retrieval_stack.properties("CloudWatch::Alarm")

    assert (first["type"], first["y"]) == ("alarm", 0)
    assert set(first["properties"]["alarms"]) == {f"${{{logical_id}.Arn}}" for logical_id in alarms}


def test_every_metric_of_every_alarm_is_shown_as_the_alarm_evaluates_it(retrieval_stack):
    shown = {metric for graph in graphs(retrieval_stack).values() for metric in metrics_of(graph)}

    for alarm in retrieval_stack.properties("CloudWatch::Alarm").values():
        assert set(metrics_of_alarm(alarm)) <= shown, alarm["AlarmName"]


def test_every_formula_of_an_alarm_is_shown(any_stack):
    rows = [row[0] for graph in graphs(any_stack).values() for row in graph["metrics"]]
    shown = {row["expression"] for row in rows if isinstance(row, dict)}

    for alarm in any_stack.properties("CloudWatch::Alarm").values():
        formulas = {each["Expression"] for each in alarm.get("Metrics", ()) if "Expression" in each}
        assert formulas <= shown, alarm["AlarmName"]


def test_every_threshold_of_an_alarm_is_a_line_with_its_name(retrieval_stack):
    prefix = f"tastetrend-{retrieval_stack.name}-etl-"
    lines = {
        (name, line["value"])
        for graph in graphs(retrieval_stack).values()
        for line in graph.get("annotations", {}).get("horizontal", ())
        for name in line["label"].split(", ")
    }

    for alarm in retrieval_stack.properties("CloudWatch::Alarm").values():
        assert (alarm["AlarmName"].removeprefix(prefix), alarm["Threshold"]) in lines


def test_every_alarm_of_the_table_of_graphs_exists_somewhere(all_stacks):
    named = {
        name for rows in SECTIONS.values() for row in rows if isinstance(row, Graph) for name in row.alarms
    }
    prefix = "tastetrend-prod-etl-"

    alarms = all_stacks["prod"].properties("CloudWatch::Alarm").values()

    assert named == {alarm["AlarmName"].removeprefix(prefix) for alarm in alarms}


@pytest.mark.parametrize(("title", "name"), [("Duration", "etl"), ("Duration, large files", "etl-large")])
def test_durations_are_shown_against_the_timeout(title, name, any_stack):
    _, function = any_stack.function(name)
    lines = graphs(any_stack)[title]["annotations"]["horizontal"]

    assert {"timeout": 1_000 * function["Timeout"]} == {
        line["label"]: line["value"] for line in lines if line["label"] == "timeout"
    }


def test_without_retrieval_nothing_of_it_is_shown(all_stacks):
    text = json.dumps(widgets(all_stacks["local"]))

    assert not re.search("embed|vector|token", text, re.IGNORECASE)


def test_where_retrieval_is_on_its_work_and_its_queues_are_shown(all_stacks):
    assert {"Tokens", "Cost", "Datasets that wait for vectors"} <= graphs(all_stacks["dev"]).keys()


def test_files_and_rows_are_summed_over_the_tiers_that_there_are(all_stacks, all_task_stacks):
    def formulas(stack):
        rows = [row[0] for row in graphs(stack)["Rows in and out"]["metrics"]]
        return {row["label"]: row["expression"] for row in rows if "expression" in row}

    def expected(*tiers):
        names = ("RowsRead", "RowsWritten", "RowsRejected", "RowsDuplicate")
        return {name: " + ".join(f"FILL({tier}_{name}, 0)" for tier in tiers) for name in names}

    assert formulas(all_stacks["prod"]) == expected("small", "large")
    assert formulas(all_task_stacks["prod"]) == expected("small", "large", "task")


def test_errors_and_throttles_are_searched_by_alias_and_by_version(any_stack):
    for title, metric in (
        ("Errors by alias and version", "Errors"),
        ("Throttles by alias and version", "Throttles"),
    ):
        rows = [row[0] for row in graphs(any_stack)[title]["metrics"] if isinstance(row[0], dict)]
        by = [f'MetricName="{metric}" FunctionName="${{EtlFunction57A3B50C}}"', "'Sum', 300)"]
        assert [row["expression"] for row in rows] == [
            f"SEARCH('{{AWS/Lambda,FunctionName,Resource}} {by[0]}', {by[1]}",
            f"SEARCH('{{AWS/Lambda,FunctionName,ExecutedVersion,Resource}} {by[0]}', {by[1]}",
        ]


def test_memory_is_read_from_the_logs_of_the_functions_that_there_are(all_stacks):
    def query(name):
        (log,) = (widget for widget in widgets(all_stacks[name]) if widget["type"] == "log")
        return log["properties"]["query"]

    assert re.findall(r"SOURCE '(\S+)'", query("local")) == [
        "/aws/lambda/${EtlFunction57A3B50C}",
        "/aws/lambda/${EtlLargeFunction5CCE7688}",
    ]
    assert "/aws/lambda/${EmbeddingFunction4A1C2453}" in query("dev")
    assert '@type = "REPORT"' in query("dev")


def test_no_widget_covers_another_or_leaves_the_page(any_stack):
    cells = [
        (x, y)
        for each in widgets(any_stack)
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert all(first["y"] <= second["y"] for first, second in pairwise(widgets(any_stack)))
