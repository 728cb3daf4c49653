"""Distinct values by sorting hashes: encode keys as small whole numbers and count them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64] | NDArray[np.int32]
_CHUNK_ROWS = 1_000_000


def encode_keys(
    first: NDArray[np.uint64], second: NDArray[np.uint64], known: NDArray[Any]
) -> Whole:
    """Dictionary-encode values: a small whole number for each distinct value, -1 for null.

    Args:
        first: a hash of each value.
        second: another hash, with another seed. Two values are equal only where both hashes are.
        known: which values are not null.
    """
    if not len(first):
        return np.empty(0, dtype=np.int32)
    order, changes = _sort_hashes(first, second)
    # 32 bits save memory: for fifty million rows, 64 bits take 400 MB.
    fits = len(first) < 2**31
    codes: NDArray[Any] = np.empty(len(first), dtype=np.int32 if fits else np.int64)
    codes[order[0]] = 0
    codes[order[1:]] = np.cumsum(changes, dtype=codes.dtype)
    codes[~known] = -1
    return codes


def _sort_hashes(
    first: NDArray[np.uint64], second: NDArray[np.uint64]
) -> tuple[Whole, NDArray[np.bool_]]:
    """Return an order of rows that puts equal pairs of hashes together, and where the pair changes.

    Sorting whole numbers is several times as fast as an argsort. So this sorts the leading bits of
    the first hash with the row number in the trailing bits.
    """
    row_bits = max(1, (len(first) - 1).bit_length())
    row_mask = np.uint64((1 << row_bits) - 1)
    packed = first & ~row_mask
    for start in range(0, len(first), _CHUNK_ROWS):
        chunk = packed[start : start + _CHUNK_ROWS]
        chunk |= np.arange(start, start + len(chunk), dtype=np.uint64)
    packed.sort()
    same_prefix = (packed[1:] ^ packed[:-1]) <= row_mask
    packed &= row_mask
    order = packed.view(np.int64)
    changes = _changes(first[order]) | _changes(second[order])
    if (changes & same_prefix).any():
        # A few different hashes share their leading bits: sort those rows again in full.
        run = np.concatenate([[0], np.cumsum(~same_prefix)])
        mixed = np.flatnonzero(np.isin(run, run[1:][changes & same_prefix]))
        rows = order[mixed]
        order[mixed] = rows[np.lexsort((second[rows], first[rows]))]
        rows = order[mixed]
        same_run = run[mixed][1:] == run[mixed][:-1]
        changed = _changes(first[rows]) | _changes(second[rows])
        changes[mixed[1:][same_run] - 1] = changed[same_run]
    return order, changes


def _changes(hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return, for each hash after the first, whether it differs from the one before."""
    changed: NDArray[np.bool_] = hashes[1:] != hashes[:-1]
    return changed


def duplicates(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return each hash that occurs more than once."""
    ordered = np.sort(hashes)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def count_distinct(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> int:
    """Count the distinct pairs of hashes."""
    return int(encode_keys(first, second, np.ones(len(first), dtype=bool)).max(initial=-1)) + 1


def count_distinct_by_cell(cells: Whole, codes: Whole, size: int) -> Array:
    """Count the distinct codes in each cell.

    Args:
        cells: the cell of each row, from 0 to ``size`` - 1.
        codes: the code of each row, none below zero.
        size: the number of cells.
    """
    if not len(codes):
        return np.zeros(size)
    code_count = int(codes.max()) + 1
    packed = np.multiply(cells, code_count, dtype=np.int64)
    packed += codes
    packed.sort()
    is_first = np.concatenate([[True], packed[1:] != packed[:-1]])
    cell_of_pair = packed[is_first]
    cell_of_pair //= code_count
    return np.bincount(cell_of_pair, minlength=size).astype(np.float64)
