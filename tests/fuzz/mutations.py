"""Mutations of a file, each a function of its bytes and a random number generator."""

import gzip
from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, Random], bytes]

_FIELD_ENDS = b",;\t|\n"
_ENCODINGS = (
    "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "cp437", "utf-7",
)  # fmt: skip
_TOKENS = (
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


def _random_slice(data: bytes, rng: Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + int(rng.expovariate(1 / 40)))


def flip_bit(data: bytes, rng: Random) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def overwrite(data: bytes, rng: Random) -> bytes:
    start, end = _random_slice(data, rng)
    return data[:start] + rng.randbytes(end - start) + data[end:]


def delete(data: bytes, rng: Random) -> bytes:
    start, end = _random_slice(data, rng)
    return data[:start] + data[end:]


def repeat(data: bytes, rng: Random) -> bytes:
    start, end = _random_slice(data, rng)
    return data[:end] + data[start:end] * rng.randint(1, 60) + data[end:]


def truncate(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def insert_token(data: bytes, rng: Random) -> bytes:
    start, _ = _random_slice(data, rng)
    return data[:start] + rng.choice(_TOKENS) + data[start:]


def replace_token(data: bytes, rng: Random) -> bytes:
    return data.replace(rng.choice(_TOKENS), rng.choice(_TOKENS), rng.choice([1, 3, -1]))


def replace_cells(data: bytes, rng: Random) -> bytes:
    for _ in range(rng.randint(1, 12)):
        ends = [at for at, byte in enumerate(data) if byte in _FIELD_ENDS]
        if len(ends) < 2:
            break
        at = rng.randrange(len(ends) - 1)
        data = data[: ends[at] + 1] + rng.choice(_CELLS) + data[ends[at + 1] :]
    return data


def _by_lines(change: Callable[[list[bytes], Random], object]) -> Mutation:
    def mutate(data: bytes, rng: Random) -> bytes:
        lines = data.splitlines(keepends=True)
        if lines:
            change(lines, rng)
        return b"".join(lines)

    mutate.__name__ = change.__name__
    return mutate


def drop_line(lines: list[bytes], rng: Random) -> None:
    del lines[rng.randrange(len(lines))]


def repeat_line(lines: list[bytes], rng: Random) -> None:
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))


def repeat_header(lines: list[bytes], rng: Random) -> None:
    lines.insert(rng.randrange(len(lines) + 1), lines[0])


def shuffle_lines(lines: list[bytes], rng: Random) -> None:
    rng.shuffle(lines)


def insert_blank_lines(lines: list[bytes], rng: Random) -> None:
    lines.insert(rng.randrange(len(lines) + 1), rng.choice([b"\n", b"\r\n", b"  \n", b",\n"]) * 3)


def lengthen_lines(lines: list[bytes], rng: Random) -> None:
    tail = rng.choice([b",", b";", b",,", b'""', b",x"])
    first = rng.randrange(len(lines))
    lines[first:] = [line.rstrip(b"\r\n") + tail + b"\n" for line in lines[first:]]


def rename_column(lines: list[bytes], rng: Random) -> None:
    names = lines[0].split(b",")
    names[rng.randrange(len(names))] = rng.choice(
        [b"", b"rating", b"x", b"comments", b'"a,b"', b"id", b"rating_out_of_10"]
    )
    lines[0] = b",".join(names)


def change_encoding(data: bytes, rng: Random) -> bytes:
    return data.decode("utf-8", "replace").encode(rng.choice(_ENCODINGS), "replace")


def change_encoding_partly(data: bytes, rng: Random) -> bytes:
    start, end = _random_slice(data, rng)
    return data[:start] + change_encoding(data[start:end], rng) + data[end:]


def compress(data: bytes, rng: Random) -> bytes:
    return gzip.compress(data, mtime=0) + rng.choice(
        [b"", b"", gzip.compress(b"tail\n", mtime=0), b"\0\0", b"junk"]
    )


MUTATIONS: tuple[Mutation, ...] = (
    flip_bit, overwrite, delete, repeat, truncate, insert_token, insert_token, replace_token,
    replace_cells, replace_cells,
    *map(_by_lines, (drop_line, repeat_line, repeat_header, shuffle_lines, insert_blank_lines)),
    *map(_by_lines, (lengthen_lines, rename_column)),
    change_encoding, change_encoding_partly, compress,
)  # fmt: skip


def mutate(data: bytes, rng: Random) -> bytes:
    """Damage a file in one to six ways."""
    for mutation in rng.choices(MUTATIONS, k=rng.randint(1, 6)):
        data = mutation(data, rng)
    return data
