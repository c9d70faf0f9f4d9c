"""The ways in which a file can go wrong, each a function of bytes and a source of chance."""

import gzip
from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, Random], bytes]

_BORDERS = b",;\t|\n"
_ENCODINGS = (
    "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "cp437", "utf-7",
)  # fmt: skip
_MARKS = (
    b'"', b'""', b'\\"', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\x1a", b"\x0b",
    b"\x85", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xff", b"\xc3", b"\xed\xa0\xbd", b"\xf4\x90\x80\x80",
    b"\xc0\x80", b"{", b"}", b"[", b"]", b":", b"#", b"sep=;\n", b"<html>", b"\\ud83d", b"\\u0000",
)  # fmt: skip
_CELLS = (
    b"", b" ", b"nan", b"inf", b"1e400", b"-1", b"0", b"50", b"100", b"4/5", b"9 out of 10", b"120%",
    b"five", b"2020-02-31", b"0001-01-01", b"9999-12-31T23:59:59-23:59", b"99/99/9999", b"1577836799",
    b"99999999999999", b"2020-01-01T00:00:00+99:99", b"$1,234.50", b"1.234,50", b"(12)", b"1,2,3",
    b"Total", b"_dup", b"N/A", b"rating", b"review_text", b"=cmd|' /C calc'!A0",
    b"\xf0\x9f\x98\x80" * 40, b"9" * 400, b"a" * 70_000, b"\xd9\xa4", b"\xef\xbc\x95", b"\xc2\xa0",
    b"\xe2\x80\xae",
)  # fmt: skip


def _cut(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + int(chance.expovariate(1 / 40)))


def flip_bit(data: bytes, chance: Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def overwrite(data: bytes, chance: Random) -> bytes:
    start, end = _cut(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def delete(data: bytes, chance: Random) -> bytes:
    start, end = _cut(data, chance)
    return data[:start] + data[end:]


def repeat(data: bytes, chance: Random) -> bytes:
    start, end = _cut(data, chance)
    return data[:end] + data[start:end] * chance.randint(1, 60) + data[end:]


def truncate(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def insert_mark(data: bytes, chance: Random) -> bytes:
    start, _ = _cut(data, chance)
    return data[:start] + chance.choice(_MARKS) + data[start:]


def replace_mark(data: bytes, chance: Random) -> bytes:
    return data.replace(chance.choice(_MARKS), chance.choice(_MARKS), chance.choice([1, 3, -1]))


def replace_cells(data: bytes, chance: Random) -> bytes:
    for _ in range(chance.randint(1, 12)):
        ends = [at for at, byte in enumerate(data) if byte in _BORDERS]
        if len(ends) < 2:
            break
        at = chance.randrange(len(ends) - 1)
        data = data[: ends[at] + 1] + chance.choice(_CELLS) + data[ends[at + 1] :]
    return data


def _by_lines(change: Callable[[list[bytes], Random], object]) -> Mutation:
    def mutate(data: bytes, chance: Random) -> bytes:
        lines = data.splitlines(keepends=True)
        if lines:
            change(lines, chance)
        return b"".join(lines)

    mutate.__name__ = change.__name__
    return mutate


def drop_line(lines: list[bytes], chance: Random) -> None:
    del lines[chance.randrange(len(lines))]


def repeat_line(lines: list[bytes], chance: Random) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))


def header_again(lines: list[bytes], chance: Random) -> None:
    lines.insert(chance.randrange(len(lines) + 1), lines[0])


def shuffle_lines(lines: list[bytes], chance: Random) -> None:
    chance.shuffle(lines)


def blank_lines(lines: list[bytes], chance: Random) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice([b"\n", b"\r\n", b"  \n", b",\n"]) * 3)


def longer_lines(lines: list[bytes], chance: Random) -> None:
    tail = chance.choice([b",", b";", b",,", b'""', b",x"])
    first = chance.randrange(len(lines))
    lines[first:] = [line.rstrip(b"\r\n") + tail + b"\n" for line in lines[first:]]


def rename_column(lines: list[bytes], chance: Random) -> None:
    names = lines[0].split(b",")
    names[chance.randrange(len(names))] = chance.choice(
        [b"", b"rating", b"x", b"comments", b'"a,b"', b"id", b"rating_out_of_10"]
    )
    lines[0] = b",".join(names)


def encode_otherwise(data: bytes, chance: Random) -> bytes:
    return data.decode("utf-8", "replace").encode(chance.choice(_ENCODINGS), "replace")


def encode_partly_otherwise(data: bytes, chance: Random) -> bytes:
    start, end = _cut(data, chance)
    return data[:start] + encode_otherwise(data[start:end], chance) + data[end:]


def compress(data: bytes, chance: Random) -> bytes:
    return gzip.compress(data, mtime=0) + chance.choice(
        [b"", b"", gzip.compress(b"tail\n", mtime=0), b"\0\0", b"junk"]
    )


MUTATIONS: tuple[Mutation, ...] = (
    flip_bit, overwrite, delete, repeat, truncate, insert_mark, insert_mark, replace_mark,
    replace_cells, replace_cells,
    *map(_by_lines, (drop_line, repeat_line, header_again, shuffle_lines, blank_lines, longer_lines)),
    _by_lines(rename_column),
    encode_otherwise, encode_partly_otherwise, compress,
)  # fmt: skip


def mutate(data: bytes, chance: Random) -> bytes:
    """Damage a file in one to six ways."""
    for mutation in chance.choices(MUTATIONS, k=chance.randint(1, 6)):
        data = mutation(data, chance)
    return data
