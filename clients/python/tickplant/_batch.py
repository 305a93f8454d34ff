"""What a stream hands over at a time: records as numpy arrays, and what happened behind them.

Arrays are read-only and their own: the next batch does not write into them. A view of one kind costs nothing when the
batch holds nothing else, and else one copy of those records.
"""
from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Optional, Protocol, Sequence, Tuple

import numpy as np

from ._errors import MissingPackage, TickplantError
from ._layout import (NO_PRICE, PRICES, PRICES_PER_UNIT, RESULT, RESULTS, SIZES, TICK, TICKS, TIMES, ResultType, TickType,
                      to_float)


@dataclasses.dataclass(frozen=True)
class Lost:
    """Records `first` to `last` of `ring` were overwritten before they were read, wanted or not."""
    ring: str
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclasses.dataclass(frozen=True)
class Attached:
    """A ring that is new, or was built anew, is followed from `first` on."""
    ring: str
    first: int


@dataclasses.dataclass(frozen=True)
class Image:
    """Where an instrument is; the records that follow are not in it. `exact` is the numpy record."""
    instrument: int
    exact: np.void


@dataclasses.dataclass(frozen=True)
class Conflated(Image):
    """The same, with what was merged and will not be told one by one."""
    updates: int
    trades: int
    volume: int


@dataclasses.dataclass(frozen=True)
class Merged:
    """Records `first` to `last` of `ring` are in the images before."""
    ring: str
    first: int
    last: int


class Names(Protocol):
    """What ids stand for: a plant, and for functions a stream of results."""

    def symbol(self, instrument: int) -> str: ...
    def size_scale(self, instrument: int) -> int: ...
    def function_name(self, function: int) -> str: ...
    def outputs_from(self, function: int, count: int) -> List[str]: ...


# Bytes without a meaning of their own, and sums of 128 bits, which no column type takes exactly.
_NOT_IN_TABLES = {"type", "body", "notional", "sum", "sum_of_squares", "bound"}


def read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


class _Batch:
    """What ticks and results have in common."""

    _header: np.dtype
    _dtypes: Dict[int, np.dtype]
    _kinds: Dict[str, int]  # plural as of the attribute

    def __init__(self, records: np.ndarray, events: Sequence[Any], names: Names) -> None:
        self.records = records
        self.events = list(events)
        self._names = names

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.counts().items())
        events = f"; {len(self.events)} events" if self.events else ""
        return f"<{type(self).__name__}: {counts or 'empty'}{events}>"

    def counts(self) -> Dict[str, int]:
        """How many of each kind."""
        numbers = np.bincount(self.records["type"], minlength=32)
        return {name: int(numbers[kind]) for name, kind in self._kinds.items() if numbers[kind]}

    @property
    def lost_count(self) -> int:
        """Records that were lost behind these."""
        return sum(event.count for event in self.events if isinstance(event, Lost))

    def of(self, kind: str) -> np.ndarray:
        """The records of one kind, with the fields of it: `batch.of("trades")["price"]`."""
        number = self._number(kind)
        chosen = self.records["type"] == number
        records = self.records if chosen.all() else read_only(self.records[chosen])
        return records.view(self._dtypes[number])

    def of_instrument(self, instrument: int) -> "_Batch":
        """The records about one instrument, by its id."""
        return type(self)(read_only(self.records[self.records["instrument"] == instrument]), [], self._names)

    def columns(self, kind: Optional[str] = None) -> Dict[str, np.ndarray]:
        """One kind as columns for a table: times as datetime64 (UTC), prices and sizes in units, symbols as text."""
        if kind is None:
            kind = self._only_kind()
        records = self.of(kind)
        symbols = self._text(records["instrument"], self._names.symbol)
        columns: Dict[str, np.ndarray] = {}
        for name in records.dtype.names or ():
            values = records[name]
            if name == "instrument":
                columns["symbol"] = symbols
            elif name in _NOT_IN_TABLES:
                continue
            elif values.ndim > 1:
                for i in range(values.shape[1]):
                    columns[f"{name}_{i}"] = self._column(name, values[:, i], records["instrument"])
            else:
                columns[name] = self._column(name, values, records["instrument"])
        return columns

    def to_pandas(self, kind: Optional[str] = None) -> Any:
        """One kind as a pandas.DataFrame, indexed by event time. Without `kind` the batch holds one alone."""
        columns = self.columns(kind)
        pandas = self._package("pandas", "python3-pandas")
        frame = pandas.DataFrame({name: values for name, values in columns.items() if name != "ts_event"},
                                 index=pandas.DatetimeIndex(columns["ts_event"], name="ts_event", tz="UTC"))
        for name in frame.columns:
            if frame[name].dtype.kind == "M":
                frame[name] = frame[name].dt.tz_localize("UTC")
        for name in ("symbol", "function"):
            if name in frame.columns:
                frame[name] = frame[name].astype("category")
        return frame

    def to_polars(self, kind: Optional[str] = None) -> Any:
        """One kind as a polars.DataFrame. Without `kind` the batch holds one alone."""
        columns = self.columns(kind)
        polars = self._package("polars", "pip's polars: Debian 12 has none")
        frame = polars.DataFrame({name: values.tolist() if values.dtype.kind in "OSU" else values
                                  for name, values in columns.items()})
        return frame.with_columns(polars.col(polars.Datetime).dt.replace_time_zone("UTC"))

    # ---

    def _number(self, kind: str) -> int:
        try:
            return self._kinds[kind]
        except KeyError:
            raise TickplantError(f"there is no kind {kind!r}", "one of " + ", ".join(self._kinds)) from None

    def _only_kind(self) -> str:
        counts = self.counts()
        if len(counts) != 1:
            held = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"
            raise TickplantError(f"the batch holds {held}: a table has one kind of rows",
                                 f"name it: to_pandas({next(iter(counts), next(iter(self._kinds)))!r}), or ask for one type")
        return next(iter(counts))

    @staticmethod
    def _text(ids: np.ndarray, name_of: Any) -> np.ndarray:
        """Each different id is asked for once."""
        different, places = np.unique(ids, return_inverse=True)
        return np.array([name_of(int(each)) for each in different], dtype=object)[places] if len(ids) else \
            np.array([], dtype=object)

    def _column(self, name: str, values: np.ndarray, instruments: np.ndarray) -> np.ndarray:
        if name in TIMES:
            return values.astype("int64").view("datetime64[ns]")
        if name in PRICES:
            return np.asarray(to_float(values))
        if name in SIZES:
            return self._sizes(values, instruments)
        if name == "function":
            return self._text(values, self._names.function_name)
        if values.dtype.kind == "S":
            return np.char.decode(values, "latin-1").astype(object)
        return np.ascontiguousarray(values)

    def _sizes(self, values: np.ndarray, instruments: np.ndarray) -> np.ndarray:
        """In units: integers where all scales are 0."""
        different, places = np.unique(instruments, return_inverse=True)
        scales = np.array([self._names.size_scale(int(each)) for each in different], dtype=np.int64)
        if not scales.any():
            return np.ascontiguousarray(values)
        return values * np.power(10.0, scales)[places]

    @staticmethod
    def _package(name: str, debian: str) -> Any:
        try:
            return __import__(name)
        except ImportError as error:
            raise MissingPackage(f"this needs the package {name}, which is not installed ({error})",
                                 f"install {debian}; or use columns(), which needs numpy alone") from None


class TickBatch(_Batch):
    """Ticks. `records` has them all in the order of their rings, by their header; the other arrays those of a kind."""

    _header, _dtypes = TICK, TICKS
    _kinds = {"trades": 1, "quotes": 2, "orders": 3, "levels": 4, "book_clears": 5, "statuses": 6, "imbalances": 7,
              "auction_prices": 8, "trade_cancels": 9, "gaps": 10, "source_positions": 11, "heartbeats": 12,
              "sessions": 13, "definitions": 14, "commands": 15, "paddings": 16}

    @property
    def trades(self) -> np.ndarray:
        return self.of("trades")

    @property
    def quotes(self) -> np.ndarray:
        return self.of("quotes")

    @property
    def orders(self) -> np.ndarray:
        return self.of("orders")

    @property
    def levels(self) -> np.ndarray:
        return self.of("levels")

    @property
    def statuses(self) -> np.ndarray:
        return self.of("statuses")

    @property
    def images(self) -> Dict[int, np.void]:
        """The newest image of each instrument among the events, by id."""
        return {event.instrument: event.exact for event in self.events if isinstance(event, Image)}


class ResultBatch(_Batch):
    """What was computed: window rows, indicator values, signals."""

    _header, _dtypes = RESULT, RESULTS
    _kinds = {"rows": 1, "values": 2, "signals": 3, "corrections": 4, "gaps": 5}

    @property
    def rows(self) -> np.ndarray:
        return self.of("rows")

    @property
    def values(self) -> np.ndarray:
        return self.of("values")

    @property
    def signals(self) -> np.ndarray:
        return self.of("signals")

    @property
    def function_names(self) -> np.ndarray:
        """What computed each of `records`: "T60". Of values it is the first of several neighbours."""
        return self._text(self.records["function"], self._names.function_name)

    def columns(self, kind: Optional[str] = None) -> Dict[str, np.ndarray]:
        """As of ticks. Values come one a row: whose it is in `function`, and `value`."""
        if (kind or self._only_kind()) != "values":
            return super().columns(kind)
        records = self.values
        counts = np.minimum(records["count"], records["value"].shape[1]).astype(np.intp)
        rows = np.repeat(np.arange(len(records)), counts)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        names: List[str] = []
        for function, count in zip(records["function"].tolist(), counts.tolist()):
            names += self._names.outputs_from(function, count)
        repeated = records[rows]
        return {"sequence": repeated["sequence"], "ts_event": self._column("ts_event", repeated["ts_event"], rows),
                "symbol": self._text(repeated["instrument"], self._names.symbol),
                "function": np.array(names, dtype=object), "start": self._column("start", repeated["start"], rows),
                "end": self._column("end", repeated["end"], rows), "value": records["value"][rows, within],
                "revision": repeated["revision"], "quality": repeated["quality"]}


def concat(batches: Sequence[Any]) -> Any:
    """One batch of several of a stream: all records, all events."""
    batches = list(batches)
    if not batches:
        raise TickplantError("there is nothing to put together", "Ticks.read() gives an empty batch where there is nothing")
    return type(batches[0])(read_only(np.concatenate([batch.records for batch in batches])),
                            [event for batch in batches for event in batch.events], batches[0]._names)


def exact_as_dict(record: np.void, size_scale: int = 0) -> Dict[str, Any]:
    """An image for people: prices and sizes in units, None where there is none."""
    unit = 10.0 ** size_scale if size_scale else 1
    shown: Dict[str, Any] = {}
    for name in record.dtype.names or ():
        value = record[name]
        if name in PRICES:
            shown[name] = None if int(value) == NO_PRICE else int(value) / PRICES_PER_UNIT
        elif name in SIZES:
            shown[name] = int(value) * unit
        elif name in TIMES:
            shown[name] = int(value)
        elif isinstance(value, bytes):
            shown[name] = value.decode("latin-1")
        elif name != "notional":
            shown[name] = int(value)
    volume = int(record["volume"])
    low, high = (int(word) for word in record["notional"])
    notional = high << 64 | low
    if notional >= 1 << 127:
        notional -= 1 << 128
    shown["vwap"] = notional / volume / PRICES_PER_UNIT if volume else None
    return shown
