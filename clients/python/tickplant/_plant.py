"""A plant, and what can be asked of it.

Any number of threads may use one Plant and what was opened with it. Nothing here can change or delay the plant, but for
Control. Not here: the streams themselves (_stream.py).
"""
from __future__ import annotations

import ctypes
import dataclasses
import datetime as dt
import os
import threading
import weakref
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple, Union

import numpy as np

from . import _library as lib
from ._batch import ResultBatch, TickBatch, exact_as_dict
from ._errors import TickplantError, UnknownInstrument
from ._layout import DEPTH, IMAGE, NO_PRICE, PRICES_PER_UNIT, ResultType, TickType
from ._stream import Results, Ticks

# Where a stream begins or ends: int is ns UTC.
When = Union[str, int, dt.datetime, dt.timedelta, np.datetime64]

_STATES = ("live", "stalled", "dead", "closed")
_STATUSES = ("unknown", "active", "suspended", "delisted")
_KINDS = ("unknown", "equity", "fund", "warrant", "right", "bond", "future", "option", "currency_pair", "crypto_spot",
          "crypto_future", "index", "consolidated")
_FUNCTION_KINDS = ("none", "window", "indicator", "signal", "pattern")
_ROLES = ("none", "reader", "trader", "admin")
_LIVE_STARTS = {"newest": lib.FROM_NEWEST, "ring": lib.FROM_RING, "image": lib.FROM_IMAGE, "beginning": lib.FROM_BEGINNING}
_POLICIES = {"count": lib.SKIP, "raise": lib.RAISE, "conflate": lib.CONFLATE}


def _named(names: Sequence[str], number: int) -> str:
    return names[number] if number < len(names) else str(number)


@dataclasses.dataclass(frozen=True)
class PlantInfo:
    """Times are ns UTC. `state`: live, stalled (no sign of life for 3 s), dead (killed), closed (stopped in order)."""
    name: str
    folder: str
    state: str
    daemon_pid: int
    epoch: int
    created_at: int
    heartbeat: int
    now: int
    instrument_count: int
    has_results: bool


@dataclasses.dataclass(frozen=True)
class Feed:
    id: int
    name: str
    protocol: str
    venue: str
    ring: str
    time_zone: str


@dataclasses.dataclass(frozen=True)
class Instrument:
    """`price_unit` in currency units; a size of 1 is 10 ** size_scale units."""
    id: int
    symbol: str
    venue: str
    feed: int
    price_unit: float
    size_scale: int
    lot: int
    status: str
    kind: str
    currency: str
    name: str
    sector: str

    def __str__(self) -> str:
        return f"{self.symbol}@{self.venue}"


@dataclasses.dataclass(frozen=True)
class Function:
    """What a result was computed by. `window`: id of the window it is computed on, 0: ticks or a window itself."""
    id: int
    name: str
    kind: str
    window: int
    output: int
    size_ns: int
    slide_ns: int
    set: str
    parameters: str


class Control:
    """Asks the daemon, each call by a connection of its own. Raises Refused with the daemon's words."""

    def __init__(self, plant: "Plant", client: str) -> None:
        self._plant, self._client = plant, client

    @property
    def role(self) -> str:
        """What this user may do: reader, trader or admin."""
        return self._ask(lambda handle: _named(_ROLES, lib.library().check(lib.library().control_role(handle))))

    def describe(self) -> Dict[str, Any]:
        """The plant as its daemon sees it."""
        found = lib.Description()
        self._ask(lambda handle: lib.library().check(lib.library().control_describe(handle, ctypes.byref(found))))
        return found.as_dict()

    def reload(self) -> List[str]:
        """An admin's: the analytics file is read again. What that changes, a line each."""
        def reload(handle: int) -> List[str]:
            count = lib.library().check(lib.library().control_reload(handle))
            return [lib.library().control_change(handle, i).decode() for i in range(count)]
        return self._ask(reload)

    def stop(self) -> None:
        """An admin's: the daemon drains and ends."""
        self._ask(lambda handle: lib.library().check(lib.library().control_stop(handle)))

    def _ask(self, question: Any) -> Any:
        library, handle = lib.library(), ctypes.c_void_p()
        with self._plant._lock:
            library.check(library.control_connect(self._plant._open_handle(), self._client.encode(), ctypes.byref(handle)))
        try:
            return question(handle)
        finally:
            library.control_close(handle)


class Plant:
    """A plant, mapped read-only; follows a daemon that is restarted or replaced. Made by attach()."""

    def __init__(self, handle: int) -> None:
        self._handle: Optional[int] = handle
        self._finalizer = weakref.finalize(self, lib.library().detach, handle)
        self._lock = threading.Lock()
        self._instruments: Dict[int, Instrument] = {}
        info = self.info()
        self.name, self.folder = info.name, info.folder

    def __enter__(self) -> "Plant":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Plant {self.name!r} in {self.folder}{', closed' if self._handle is None else ''}>"

    def close(self) -> None:
        """Streams that were opened with it stay open."""
        with self._lock:
            self._handle = None
            self._finalizer()

    # ---- what there is

    def info(self) -> PlantInfo:
        """The plant as it is now."""
        found = self._read(lib.library().plant_info, lib.Info())
        return PlantInfo(found["name"], found["folder"], _named(_STATES, found["state"]), found["daemon_pid"],
                         found["epoch"], found["created_at"], found["heartbeat"], found["now"],
                         found["instrument_count"], bool(found["has_results"]))

    def feeds(self) -> List[Feed]:
        """The feeds, in the order of the plant's catalog."""
        count = self._read(lib.library().plant_info, lib.Info())["feed_count"]
        return [Feed(**self._read(lib.library().plant_feed, lib.Feed(), i)) for i in range(count)]

    def instruments(self, prefix: str = "") -> List[Instrument]:
        """All instruments whose symbol begins so, in the order of their ids."""
        all_of_them = (self._instrument(each) for each in range(1, self.info().instrument_count + 1))
        return [each for each in all_of_them if each.symbol.startswith(prefix)]

    def instrument(self, symbol: Union[str, int]) -> Instrument:
        """By "AAPL@XNAS", "AAPL" where one venue has it, or id. Raises UnknownInstrument with candidates."""
        return self._instrument(self.id_of(symbol), afresh=True)

    def id_of(self, symbol: Union[str, int]) -> int:
        """The id of a symbol. Records have it in `instrument`."""
        if isinstance(symbol, (int, np.integer)):
            return int(symbol)
        found = ctypes.c_uint32()
        with self._lock:
            lib.library().check(lib.library().find_instrument(self._open_handle(), symbol.encode(), ctypes.byref(found)))
        return found.value

    def symbol(self, instrument: int) -> str:
        """"AAPL@XNAS"; "" of none."""
        if instrument == 0:
            return ""
        try:
            return str(self._instrument(instrument))
        except UnknownInstrument:
            return f"#{instrument}"

    # ---- where an instrument is

    def image(self, symbol: Union[str, int], exact: bool = False) -> Any:
        """Where it stands: a dict with prices and sizes in units, None where there is none. None: nothing was said yet.

        `exact`: the numpy record instead, prices as int64 in 1e-9.
        """
        instrument = self.instrument(symbol)
        record = self._read_entry(lib.library().read_image, instrument.id, IMAGE)
        if record is None or exact:
            return record
        return {"symbol": str(instrument), **exact_as_dict(record, instrument.size_scale)}

    def depth(self, symbol: Union[str, int], exact: bool = False) -> Any:
        """Its ten best levels: {"bids": [{"price", "size", "order_count"}, ...], "asks": ...}, best first; or None.

        `exact`: the numpy record instead, prices as int64 in 1e-9.
        """
        instrument = self.instrument(symbol)
        record = self._read_entry(lib.library().read_depth, instrument.id, DEPTH)
        if record is None or exact:
            return record
        unit = 10.0 ** instrument.size_scale if instrument.size_scale else 1

        def side(levels: np.ndarray, count: int) -> List[Dict[str, Any]]:
            return [{"price": int(level["price"]) / PRICES_PER_UNIT, "size": int(level["size"]) * unit,
                     "order_count": int(level["order_count"])}
                    for level in levels[:count] if level["price"] != NO_PRICE]
        return {"symbol": str(instrument), "sequence": int(record["sequence"]), "ts_event": int(record["ts_event"]),
                "maybe_bad": bool(record["flags"] & 1), "bids": side(record["bid"], int(record["bid_count"])),
                "asks": side(record["ask"], int(record["ask_count"]))}

    # ---- streams

    def ticks(self, symbols: Optional[Iterable[str]] = None, types: Optional[Iterable[Union[str, int]]] = None, *,
              start: str = "newest", on_lapped: str = "raise", market_wide: bool = False,
              rings: Optional[Iterable[str]] = None, batch_size: int = 4096) -> Ticks:
        """Every record of these symbols (None: of all) as it comes.

        symbols       "AAPL@XNAS", or "AAPL" at every venue; unknown ones are waited for
        types         "trade", "quote", ... (TickType); None: all
        start         "newest"; "ring": what the ring still holds; "image": first the image of each, as events
        on_lapped     what a reader that is too slow gets: "raise" Lapped; "count" and events; "conflate": each changed
                      instrument once, with what was merged
        market_wide   also what is about no single instrument: gaps, heartbeats, sessions
        """
        if start not in ("newest", "ring", "image"):
            raise TickplantError(f"start is {start!r}", "newest, ring or image; plant.history() begins at a time")
        return self._open_ticks(symbols, types, _LIVE_STARTS[start], 0, None, False, self._policy(on_lapped), market_wide,
                                rings, None, batch_size, True)

    def history(self, symbols: Optional[Iterable[str]] = None, types: Optional[Iterable[Union[str, int]]] = None, *,
                start: Optional[When] = None, end: Optional[When] = None, follow: bool = False,
                start_sequence: Optional[int] = None, on_lapped: str = "count", market_wide: bool = False,
                rings: Optional[Iterable[str]] = None, journal: Optional[Union[str, os.PathLike]] = None,
                batch_size: int = 16384) -> Ticks:
        """The same from a time on, out of the plant's journal and then its rings, without a gap and without a duplicate.

        start, end    when it was received: a datetime with a zone, ISO text with one, datetime64 or int ns (UTC), or a
                      timedelta: so long ago. None: the oldest that is kept; now
        follow        goes on live, for ever or until `end`
        on_lapped     "count": what is kept nowhere any more is an event; "raise": Lapped
        journal       its folder, where it does not lie where it does by default
        """
        begins, value = self._start(start, start_sequence)
        return self._open_ticks(symbols, types, begins, value, end, not follow, self._policy(on_lapped, True), market_wide,
                                rings, journal, batch_size, follow)

    def results(self, functions: Optional[Iterable[str]] = None, symbols: Optional[Iterable[str]] = None,
                types: Optional[Iterable[Union[str, int]]] = None, *, start: Optional[When] = "newest",
                end: Optional[When] = None, follow: Optional[bool] = None, on_lapped: str = "raise",
                rings: Optional[Iterable[str]] = None, journal: Optional[Union[str, os.PathLike]] = None,
                batch_size: int = 1024) -> Results:
        """What the plant computes.

        functions     names, with * and ? for anything: "T60", "T60.*"; None: all
        types         "row", "values", "signal", "correction", "gap"; None: all
        start         "newest"; "ring": what the ring still holds; a time as of history(), None: the oldest that is kept
        follow        goes on live; default: yes from "newest" and "ring", no from a time
        """
        library = lib.library()
        is_live = isinstance(start, str) and start in ("newest", "ring")
        begins, value = (_LIVE_STARTS[start], 0) if is_live else self._start(start, None)  # type: ignore[index]
        follow = is_live if follow is None else follow
        if is_live and (end is not None or not follow or journal is not None):
            raise TickplantError(f"a stream from {start!r} has no end and no journal", "give a time as start")
        kept = [self._texts("symbols", symbols), self._texts("functions", functions), self._texts("rings", rings)]
        options = lib.ResultsOptions(types=self._types(types, ResultType, ResultBatch._kinds), start=begins, from_value=value,
                                     until=0 if end is None else self._nanos(end, "end"),
                                     journal=None if journal is None else os.fsencode(journal),
                                     on_overrun=self._policy(on_lapped, True), ends_when_caught_up=int(not follow))
        for name, each in zip(("symbol", "function", "ring"), kept):
            setattr(options, name + "s", ctypes.cast(lib.texts(each), ctypes.POINTER(ctypes.c_char_p)) if each else None)
            setattr(options, name + "_count", len(each))
        stream = Results(self._open(library.results_open, options), self, batch_size)
        stream._ends = not follow
        stream._names = _Functions(self, stream)
        return stream

    def control(self, client: str = "python") -> Control:
        """Asks the daemon. `client`: who asks, for its log."""
        return Control(self, client)

    # ---- names, for batches

    def size_scale(self, instrument: int) -> int:
        return 0 if instrument == 0 else self._instrument(instrument).size_scale

    def function_name(self, function: int) -> str:
        return f"#{function}"

    def outputs_from(self, function: int, count: int) -> List[str]:
        return [self.function_name(function)] * count

    # ---

    def _open_handle(self) -> int:
        if self._handle is None:
            raise TickplantError(f"plant {self.name!r} is closed", "attach it again")
        return self._handle

    def _read(self, function: Any, out: lib.Sized, *arguments: int) -> Dict[str, Any]:
        with self._lock:
            lib.library().check(function(self._open_handle(), *arguments, ctypes.byref(out)))
        return out.as_dict()

    def _instrument(self, instrument: int, afresh: bool = False) -> Instrument:
        if not afresh and (known := self._instruments.get(instrument)) is not None:
            return known
        found = self._read(lib.library().read_instrument, lib.Instrument(), instrument)
        found.update(price_unit=found["price_unit"] / PRICES_PER_UNIT, status=_named(_STATUSES, found["status"]),
                     kind=_named(_KINDS, found["kind"]))
        return self._instruments.setdefault(instrument, Instrument(**found)) if not afresh else Instrument(**found)

    def _read_entry(self, function: Any, instrument: int, dtype: np.dtype) -> Optional[np.void]:
        entry = np.zeros(1, dtype)
        with self._lock:
            answer = function(self._open_handle(), instrument, entry.ctypes.data)
        if answer == lib.NEVER:
            return None
        lib.library().check(answer)
        entry.flags.writeable = False
        return entry[0]

    def _open(self, function: Any, options: lib.Sized) -> int:
        handle = ctypes.c_void_p()
        with self._lock:
            lib.library().check(function(self._open_handle(), ctypes.byref(options), ctypes.byref(handle)))
        assert handle.value is not None
        return handle.value

    def _open_ticks(self, symbols: Any, types: Any, begins: int, value: int, end: Optional[When], ends: bool, policy: int,
                    market_wide: bool, rings: Any, journal: Any, batch_size: int, follow: bool) -> Ticks:
        symbol_list, ring_list = self._texts("symbols", symbols), self._texts("rings", rings)
        options = lib.TicksOptions(types=self._types(types, TickType, TickBatch._kinds), start=begins, from_value=value,
                                   until=0 if end is None else self._nanos(end, "end"),
                                   journal=None if journal is None else os.fsencode(journal), on_overrun=policy,
                                   without_market_wide=int(not market_wide), ends_when_caught_up=int(ends),
                                   symbol_count=len(symbol_list), ring_count=len(ring_list))
        if symbol_list:
            options.symbols = ctypes.cast(lib.texts(symbol_list), ctypes.POINTER(ctypes.c_char_p))
        if ring_list:
            options.rings = ctypes.cast(lib.texts(ring_list), ctypes.POINTER(ctypes.c_char_p))
        stream = Ticks(self._open(lib.library().ticks_open, options), self, batch_size)
        stream._ends = not follow
        return stream

    @staticmethod
    def _texts(name: str, values: Optional[Iterable[str]]) -> List[str]:
        if values is None:
            return []
        if isinstance(values, str):
            return [values]
        found = list(values)
        for each in found:
            if not isinstance(each, str):
                raise TickplantError(f"{name} has {each!r} in it", "give texts")
        if not found:
            raise TickplantError(f"{name} is empty", "leave it out for all")
        return found

    @staticmethod
    def _types(types: Optional[Iterable[Union[str, int]]], names: Any, kinds: Dict[str, int]) -> int:
        """As bits: by name, in the plural of a batch's attributes, or by number."""
        if types is None:
            return 0
        bits = 0
        for each in [types] if isinstance(types, (str, int)) else types:
            try:
                bits |= 1 << (kinds.get(each) or names[each.upper()] if isinstance(each, str) else names(each))
            except (KeyError, ValueError):
                raise TickplantError(f"there is no type {each!r}",
                                     "one of " + ", ".join(name.lower() for name in names.__members__)) from None
        return bits

    @staticmethod
    def _policy(on_lapped: str, is_complete: bool = False) -> int:
        known = [name for name in _POLICIES if not is_complete or name != "conflate"]
        if on_lapped not in known:
            raise TickplantError(f"on_lapped is {on_lapped!r}", "one of " + ", ".join(known))
        return _POLICIES[on_lapped]

    def _start(self, start: Optional[When], sequence: Optional[int]) -> Tuple[int, int]:
        if sequence is not None:
            if start is not None:
                raise TickplantError("both start and start_sequence are given", "give one")
            return lib.FROM_SEQUENCE, sequence
        if start is None:
            return lib.FROM_BEGINNING, 0
        return lib.FROM_TIME, max(self._nanos(start, "start"), 0)

    def _nanos(self, when: When, name: str) -> int:
        """ns UTC."""
        if isinstance(when, dt.timedelta):
            return self.info().now - (when // dt.timedelta(microseconds=1)) * 1_000
        if isinstance(when, (int, np.integer)):
            return int(when)
        if isinstance(when, np.datetime64):
            return int(when.astype("datetime64[ns]").astype(np.int64))
        if hasattr(when, "value") and hasattr(when, "tzinfo"):  # pandas.Timestamp: to the nanosecond
            exact = int(when.value) % 1_000  # type: ignore[union-attr]
        else:
            exact = 0
        if isinstance(when, str):
            try:
                when = dt.datetime.fromisoformat(when)
            except ValueError as error:
                raise TickplantError(f"{name} is {when!r}: {error}", "like 2026-01-30T09:30:00-05:00") from None
        if not isinstance(when, dt.datetime):
            raise TickplantError(f"{name} is {when!r}", "a datetime, ISO text, datetime64, int ns, or a timedelta")
        if when.tzinfo is None:
            raise TickplantError(f"{name} is {when.isoformat()} without a zone: whose clock is that?",
                                 "datetime(..., tzinfo=zoneinfo.ZoneInfo('America/New_York')), or text with +00:00")
        since = when - dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
        return (since // dt.timedelta(microseconds=1)) * 1_000 + exact


class _Functions:
    """Names of a stream of results: those of its plant, and what its functions are called.

    Of one table: behind a rebuilt plant comes a successor, and batches of before keep theirs.
    """

    def __init__(self, plant: Plant, stream: Results) -> None:
        self._plant = plant
        self._stream: Optional[Results] = stream
        self._known: Dict[int, Function] = {}
        self._outputs: Dict[Tuple[int, int], str] = {}
        self._learn()

    def symbol(self, instrument: int) -> str:
        return self._plant.symbol(instrument)

    def size_scale(self, instrument: int) -> int:
        return self._plant.size_scale(instrument)

    def function_name(self, function: int) -> str:
        found = self.function(function)
        return found.name if found is not None else f"#{function}" if function else ""

    def outputs_from(self, function: int, count: int) -> List[str]:
        """Names of neighbouring outputs of one window."""
        first = self.function(function)
        if first is None:
            return [self.function_name(function)] * count
        return [self._outputs.get((first.window, first.output + i), f"{first.name}+{i}") for i in range(count)]

    def function(self, number: int) -> Optional[Function]:
        if number and number not in self._known:  # a reload has added some
            self._learn()
        return self._known.get(number)

    def all(self) -> List[Function]:
        self._learn()
        return list(self._known.values())

    def successor(self) -> "_Functions":
        assert self._stream is not None
        stream, self._stream = self._stream, None
        return _Functions(self._plant, stream)

    def _learn(self) -> None:
        if self._stream is None:
            return
        with self._stream._lock:
            found = lib.Function()
            while self._stream._handle is not None and lib.library().results_function(
                    self._stream._handle, len(self._known) + 1, ctypes.byref(found)) == 0:
                values = found.as_dict()
                function = Function(values["id"], values["name"], _named(_FUNCTION_KINDS, values["kind"]),
                                    values["window"], values["output"], values["size"], values["slide"], values["set"],
                                    values["parameters"])
                self._known[function.id] = function
                if function.kind == "indicator":
                    self._outputs.setdefault((function.window, function.output), function.name)


def attach(name: Optional[str] = None, *, folder: Optional[Union[str, os.PathLike]] = None) -> Plant:
    """The plant of that name, or in that folder. Without either: the one that there is.

    Raises SetupError: there is none, with the names of those that are; no permission; another version.
    """
    library, handle = lib.library(), ctypes.c_void_p()
    if folder is not None:
        if name is not None:
            raise TickplantError("both a name and a folder are given", "give one")
        library.check(library.attach_folder(os.fsencode(folder), ctypes.byref(handle)))
    else:
        if name is None:
            known = plants()
            if len(known) != 1:
                raise TickplantError(f"there are {len(known)} plants" + (": " + ", ".join(known) if known else ""),
                                     "name one: attach('demo')" if known else "start one: tickplant start")
            name = known[0]
        library.check(library.attach(name.encode(), ctypes.byref(handle)))
    assert handle.value is not None
    return Plant(handle.value)


def plants() -> List[str]:
    """Names of the plants that attach() would find."""
    library = lib.library()
    buffer = ctypes.create_string_buffer(1 << 16)
    count = library.check(library.known_plants(buffer, len(buffer)))
    return [name.decode() for name in buffer.raw.split(b"\0")[:count] if name]
