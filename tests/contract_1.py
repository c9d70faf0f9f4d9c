"""The output keys of contract version 1, where datasets of all kinds had the same key."""

from dataclasses import replace

from tastetrend_etl.output_keys import output_keys

MAX_RAW_KEY_BYTES = 962


def former_output_keys(source):
    """Return the output keys of a raw object, a reviews file or not."""
    keys, raw_key = output_keys(source), source.key
    version = keys.error.split(".")[-3]
    if len(raw_key.encode()) > MAX_RAW_KEY_BYTES:
        raw_key = raw_key.encode()[:512].decode(errors="ignore") + "~"
    return replace(
        keys,
        rejected=f"processed/{keys.rejected}",
        error=f"processed/rejected/{raw_key}.{version}.error.json",
    )
