"""The dashboard of an environment: the state of all alarms, and graphs that show their thresholds."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from tastetrend_stack.alarms import Alarm, MathSpec, MetricSpec
from tastetrend_stack.dashboard_graphs import SECTIONS, TIERS, Graph, MemoryTable, Search, Share, Total
from tastetrend_stack.environments import Environment
from tastetrend_stack.metrics import Sources, build_math, build_metric

BuiltAlarms = Mapping[str, tuple[Alarm, cloudwatch.Alarm]]
"""Name in the table → row and resource, of the alarms that an environment has."""

_WIDTH, _HEIGHT = 8, 6  # of a graph: three beside each other
_FULL_WIDTH = 24
_MINUTES = 5
_MEMORY = (
    "stats max(@maxMemoryUsed / 1000000) as used_mb, max(@memorySize / 1000000) as size_mb, "
    "max(100 * @maxMemoryUsed / @memorySize) as percent by @log"
)


def build_dashboard(
    scope: Construct, environment: Environment, sources: Sources, alarms: BuiltAlarms
) -> cloudwatch.Dashboard:
    """Build the dashboard with all graphs that show anything in the environment."""
    name, day = environment.resource_name(), Duration.days(1)
    dashboard = cloudwatch.Dashboard(scope, "Dashboard", dashboard_name=name, default_interval=day)
    dashboard.add_widgets(_build_status(alarms))
    for title, rows in SECTIONS.items():
        built = [_build_widget(row, sources, alarms) for row in rows]
        if widgets := [widget for widget in built if widget]:
            dashboard.add_widgets(cloudwatch.TextWidget(markdown=f"## {title}", width=_FULL_WIDTH, height=1))
            dashboard.add_widgets(*widgets)
    return dashboard


def _build_status(alarms: BuiltAlarms) -> cloudwatch.AlarmStatusWidget:
    return cloudwatch.AlarmStatusWidget(
        title="Alarms; docs/operations.md has a section for each",
        alarms=[resource for _, resource in alarms.values()],
        width=_FULL_WIDTH,
        height=4,
    )


def _build_widget(
    row: Graph | MemoryTable, sources: Sources, alarms: BuiltAlarms
) -> cloudwatch.IWidget | None:
    """Build a graph or the table; None if there is nothing to show."""
    if isinstance(row, MemoryTable):
        return _build_memory(row, sources)
    shown = [alarms[name][0] for name in row.alarms if name in alarms]
    metrics = _build_metrics(row, shown, sources)
    if not metrics:
        return None
    return cloudwatch.GraphWidget(
        title=row.title,
        left=metrics,
        left_annotations=_build_lines(row, shown),
        left_y_axis=cloudwatch.YAxisProps(min=0, label=row.unit, show_units=False),
        width=_WIDTH,
        height=_HEIGHT,
    )


def _build_metrics(graph: Graph, rows: list[Alarm], sources: Sources) -> list[cloudwatch.IMetric]:
    """Build the metrics of the alarms, each as the alarm evaluates it, and the further ones."""
    minutes = max([row.period_minutes for row in rows], default=_MINUTES)
    built = [_build_alarm_metric(row, sources) for row in rows]
    for metric in graph.metrics:
        if isinstance(metric, Total):
            built.append(build_math(_sum_tiers(metric, sources), sources, minutes, metric.name))
        elif isinstance(metric, Share):
            built.append(build_math(_divide(metric), sources, minutes, metric.name))
        elif isinstance(metric, Search):
            built.append(_build_search(metric, sources))
        elif metric.source in sources:
            built.append(build_metric(metric, sources, minutes, _label(metric)))
    return built


def _build_alarm_metric(alarm: Alarm, sources: Sources) -> cloudwatch.IMetric:
    if isinstance(alarm.metric, MetricSpec):
        return build_metric(alarm.metric, sources, alarm.period_minutes, alarm.name)
    return build_math(alarm.metric, sources, alarm.period_minutes, alarm.name)


def _sum_tiers(total: Total, sources: Sources) -> MathSpec:
    """Sum a metric over the tiers that there are; a name stands for one metric in the whole graph."""
    tiers = {
        f"{tier}_{total.name}": MetricSpec(source, total.name)
        for tier, source in TIERS.items()
        if source in sources
    }
    return MathSpec(" + ".join(f"FILL({name}, 0)" for name in tiers), tiers)


def _divide(share: Share) -> MathSpec:
    metrics = {"part": MetricSpec("pipeline", share.name), "read": MetricSpec("pipeline", "RowsRead")}
    return MathSpec("IF(read > 0, 100 * part / read, 0)", metrics)


def _build_search(search: Search, sources: Sources) -> cloudwatch.MathExpression:
    """Build an expression that finds aliases and versions which exist when the dashboard is looked at."""
    namespace, dimensions = sources["function"]
    schema = ",".join((namespace, *dimensions, *search.by))
    wanted = " ".join(f'{name}="{value}"' for name, value in dimensions.items())
    return cloudwatch.MathExpression(
        expression=f"SEARCH('{{{schema}}} MetricName=\"{search.name}\" {wanted}', 'Sum', {60 * _MINUTES})",
        label="",  # that of each metric
        period=Duration.minutes(_MINUTES),
        using_metrics={},
    )


def _label(spec: MetricSpec) -> str:
    return spec.name if spec.statistic in {"Sum", "Maximum"} else f"{spec.name} {spec.statistic}"


def _build_lines(graph: Graph, rows: list[Alarm]) -> list[cloudwatch.HorizontalAnnotation]:
    """Build a line for each threshold, with the names of its alarms, and for each limit."""
    thresholds: dict[float, list[str]] = {}
    for row in rows:
        thresholds.setdefault(row.threshold, []).append(row.name)
    lines = [(", ".join(names), value) for value, names in thresholds.items()]
    return [
        cloudwatch.HorizontalAnnotation(label=label, value=value, color=cloudwatch.Color.RED)
        for label, value in [*lines, *graph.limits.items()]
    ]


def _build_memory(table: MemoryTable, sources: Sources) -> cloudwatch.LogQueryWidget:
    """Build the table from the line of each invocation in the logs: Lambda has no metric of memory."""
    functions = [sources[name][1]["FunctionName"] for name in table.functions if name in sources]
    return cloudwatch.LogQueryWidget(
        title=table.title,
        log_group_names=[f"/aws/lambda/{name}" for name in functions],
        query_lines=['filter @type = "REPORT"', _MEMORY],
        view=cloudwatch.LogQueryVisualizationType.TABLE,
        width=_WIDTH,
        height=_HEIGHT,
    )
