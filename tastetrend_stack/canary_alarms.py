"""The alarm that stops a canary; it watches the new version only: the former one must not stop its fix."""

from tastetrend_stack.alarms import Alarm, MetricSpec

CANARY_ALARMS = (
    Alarm(
        "canary-errors",
        MetricSpec("live version", "Errors"),
        1,
        "An invocation of the version that was promoted last failed. A running canary was stopped.",
        period_minutes=1,
        triggers_rollback=True,
    ),
)
