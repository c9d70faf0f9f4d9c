"""How many files each law is tried on: a thousand, or as many as LAW_EXAMPLES says."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "laws",
    max_examples=int(os.environ.get("LAW_EXAMPLES", "1000")),
    deadline=None,  # a machine may be busy
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("laws")
