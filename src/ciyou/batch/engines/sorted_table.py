"""A table of a finished run, read once from its first row to its last, range after range of the people that it is sorted by.

Texts stay as the file holds them, each kept once and named by its number: rows that are taken over as they are cost little more
than those numbers (docs/decisions/0024-engines.md).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

TEXT = pa.dictionary(pa.int32(), pa.string())


class SortedTable:
    """The rows of a Parquet file that is sorted by the column `people`; every row group is read once, in the order of the file."""

    def __init__(self, source: Path | pa.Buffer, people: str) -> None:
        self._file = _opened(source)
        self._people = people
        self._next = 0
        self._rest: pa.Table | None = None

    def through(self, last: int | str) -> pa.Table:
        """The rows of people up to `last` that were not handed out before."""
        found = [_packed(self._file.schema_arrow.empty_table())]
        while True:
            group = self._group()
            if group is None:
                break
            count = _rows_through(group[self._people], last)
            found.append(group.slice(0, count))
            if count < len(group):
                self._rest = group.slice(count)
                break
        return pa.concat_tables(found).unify_dictionaries().combine_chunks()

    def _group(self) -> pa.Table | None:
        """What is left of the row group that was begun, else the next one."""
        if self._rest is not None:
            rest, self._rest = self._rest, None
            return rest
        if self._next == self._file.num_row_groups:
            return None
        self._next += 1
        return _packed(self._file.read_row_group(self._next - 1)).unify_dictionaries().combine_chunks()


def in_plain_texts(table: pa.Table) -> pa.Table:
    """The same rows with every text written out."""
    return table.cast(pa.schema([(one.name, _form(one.type, pa.large_string())) for one in table.schema]))


def with_new_rows(kept: pa.Table, new: pa.Table | None, people: str, *, without: Sequence[str]) -> pa.Table:
    """The stored rows of a table without those of some people, and in their places new ones; both are sorted by the column of people.

    Nobody who has new rows keeps others.
    """
    if not without and not new:
        return kept
    laid = kept.slice(0, 0) if new is None else _as_stored(new)
    keys = kept[people].combine_chunks()
    ids, numbers = keys.dictionary.to_pylist(), _series(keys.indices)
    places = {one: place for place, one in enumerate(ids)}
    gone = pl.Series([places[one] for one in without if one in places], dtype=pl.Int32)
    stays = ~numbers.is_in(gone.implode())
    rows = stays.arg_true()
    wanted = pl.Series([bisect_left(ids, one) for one in laid[people].to_pylist()], dtype=pl.Int32)
    before = numbers.filter(stays).search_sorted(wanted)
    order = pl.concat(list(_laid_in(rows, before, first_new=len(kept)))).to_arrow()
    return pa.concat_tables([kept, laid]).unify_dictionaries().combine_chunks().take(order)


def _laid_in(rows: pl.Series, before: pl.Series, *, first_new: int) -> Iterator[pl.Series]:
    """Numbers of rows, and among them those of new ones from `first_new` on: of the others so many as `before` says come before each."""
    done, given = 0, first_new
    for length, place in before.rle().struct.unnest().iter_rows():
        yield rows[done:place]
        yield pl.int_range(given, given + length, eager=True).cast(rows.dtype)
        done, given = place, given + length
    yield rows[done:]


def _as_stored(table: pa.Table) -> pa.Table:
    """A few rows in the form in which those of a file are handed out: written and read."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, store_schema=False)
    return _packed(_opened(sink.getvalue()).read())


def _opened(source: Path | pa.Buffer) -> pq.ParquetFile:
    opened = source if isinstance(source, Path) else pa.BufferReader(source)
    told = pq.ParquetFile(opened).metadata
    columns = [told.schema.column(number) for number in range(told.num_columns)]
    texts = [column.path for column in columns if column.logical_type.type == "STRING"]
    opened = source if isinstance(source, Path) else pa.BufferReader(source)
    return pq.ParquetFile(opened, metadata=told, read_dictionary=texts)


def _packed(table: pa.Table) -> pa.Table:
    """One form for what writers of Parquet tell apart: short and long texts, short and long lists."""
    wanted = pa.schema([(one.name, _form(one.type, TEXT)) for one in table.schema])
    return table if wanted.equals(table.schema) else table.cast(wanted)


def _form(kind: pa.DataType, text: pa.DataType) -> pa.DataType:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(pa.field("element", _form(kind.value_type, text)))
    return text if kind in (TEXT, pa.string(), pa.large_string()) else kind


def _rows_through(column: pa.ChunkedArray, last: int | str) -> int:
    keys = column.combine_chunks()
    if isinstance(last, str):
        place = bisect_right(keys.dictionary.to_pylist(), last)
        return int(_series(keys.indices).search_sorted(place))
    return int(_series(keys).search_sorted(last, side="right"))


def _series(keys: pa.Array) -> pl.Series:
    found = pl.from_arrow(keys)
    assert isinstance(found, pl.Series)
    return found
