"""Describes the ratings and the dates of a file: in which format they are, and how they are distributed."""

from typing import Any

import numpy as np

from tastetrend_etl.models import InferredFormat
from tastetrend_etl.validate.profile import FileProfile


def describe_ratings(profile: FileProfile, inferred_format: InferredFormat) -> dict[str, Any]:
    """Return the scales, of each rating column too, and rating → rows before and after rescaling.

    After it, in bins of half a star.
    """
    return {
        "scale": inferred_format.rating_scales[0],
        "scales": list(inferred_format.rating_scales),
        "scales_used": {str(scale): rows for scale, rows in sorted(profile.scales.items())},
        "delivered": _delivered_ratings(profile),
        "distribution": {f"{halves / 2:g}": rows for halves, rows in sorted(profile.ratings.items())},
    }


def describe_dates(profile: FileProfile, inferred_format: InferredFormat) -> dict[str, Any]:
    """Return the order of days and months, null if no date shows one or depends on it; rows by month."""
    order = profile.date_order
    is_known = bool(order.total() or inferred_format.source.date_order)
    return {
        "day_first": inferred_format.day_first if is_known else None,
        "ambiguous": order["either"],
        "evidence": {"day_first": order["day"], "month_first": order["month"]},
        "by_month": {str(np.datetime64(month, "M")): rows for month, rows in sorted(profile.months.items())},
    }


def _delivered_ratings(profile: FileProfile) -> dict[str, dict[str, int]]:
    """Return scale → rating on it → rows, in bins of a tenth of the scale."""
    bins: dict[str, dict[str, int]] = {}
    for (scale, tenths), rows in sorted(profile.delivered_ratings.items()):
        bins.setdefault(str(scale), {})[f"{scale * tenths / 10:g}"] = rows
    return bins
