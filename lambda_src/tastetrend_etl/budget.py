"""The largest file that the small function finishes whatever is in it, derived from measurements."""

# What the function has: 1,024 MB of memory buy 0.58 of a vCPU; it gives up 2 s before its 30 s are over.
_VCPUS = 0.58
_SECONDS = 28
_DISK_BYTES = 512 << 20

# The worst file is cp1252, has a stray quote in its last row, and first rows that mislead about its dates:
# it is copied as UTF-8, read in vain, rewritten record by record, and read twice more. `make bench` measures
# it (benchmarks/extremes.py). Memory is no bound: the worst file found takes a third of what there is.
_WORST_CPU_SECONDS_PER_BYTE = 0.145e-6  # on one core of an EPYC 9004
_SLOWNESS = 2  # how much slower a vCPU is taken to be: the margin
_WORST_COPIES = 7  # in sizes of the file: itself, two copies and a dataset of at most twice its size each

_STEP = 16 << 20
_WITHIN_TIME = _SECONDS * _VCPUS / _SLOWNESS / _WORST_CPU_SECONDS_PER_BYTE
_WITHIN_DISK = _DISK_BYTES / _WORST_COPIES

# 48 MiB, some 90,000 reviews; an ordinary file of that size takes 3 s.
MAX_FILE_BYTES = int(min(_WITHIN_TIME, _WITHIN_DISK)) // _STEP * _STEP
