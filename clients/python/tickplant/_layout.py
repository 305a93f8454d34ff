"""The records as numpy dtypes: the bytes of clients/c/tickplant_records.h, field by field.

A tick is 64 bytes, a result 256. The dtype of a kind has the header and the fields of its body, so that a record is read
as what it is by a view, without a copy. Times are int64 ns UTC, prices int64 in 1e-9 (NO_PRICE: absent), sizes integers
in the instrument's size scale.
"""
from __future__ import annotations

import enum
from typing import Any, Dict, List, Tuple

import numpy as np

NO_PRICE = np.iinfo(np.int64).max
PRICES_PER_UNIT = 1_000_000_000

Field = Tuple[str, Any, int]


class TickType(enum.IntEnum):
    TRADE = 1
    QUOTE = 2
    ORDER = 3
    LEVEL = 4
    BOOK_CLEAR = 5
    STATUS = 6
    IMBALANCE = 7
    AUCTION_PRICES = 8
    TRADE_CANCEL = 9
    GAP = 10
    SOURCE_POSITION = 11
    HEARTBEAT = 12
    SESSION = 13
    DEFINITION = 14
    COMMAND = 15
    PADDING = 16


class ResultType(enum.IntEnum):
    ROW = 1
    VALUES = 2
    SIGNAL = 3
    CORRECTION = 4
    GAP = 5


class TickFlags(enum.IntFlag):
    END_OF_EVENT = 1
    SNAPSHOT = 2
    BAD_CLOCK = 4
    MAYBE_BAD_BOOK = 8
    POSSIBLE_DUPLICATE = 16
    LATE = 32
    CORRECTION = 64
    DELAYED = 128


class Quality(enum.IntFlag):
    GAP_INSIDE = 1
    STALE_INPUT = 2
    PARTIAL_WINDOW = 4
    LATE_MERGED = 8
    CONFLATED_INPUT = 16
    CLOCK_SUSPECT = 32
    RECOVERING = 64
    UNVERIFIED_BOOK = 128
    PROVISIONAL = 256


class Side(enum.IntEnum):
    NONE = 0
    BID = 1
    ASK = 2


class TradingStatus(enum.IntEnum):
    UNKNOWN = 0
    PRE_OPEN = 1
    TRADING = 2
    HALTED = 3
    PAUSED = 4
    QUOTE_ONLY = 5
    AUCTION = 6
    CLOSED = 7


class SignalValue(enum.IntEnum):
    GOLDEN = 1
    DEATH = 2
    UP = 3
    DOWN = 4
    SWING = 5
    VOLUME = 6
    MATCH = 7


def _dtype(fields: List[Field], size: int) -> np.dtype:
    names, formats, offsets = zip(*fields)
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})


_TICK: List[Field] = [("sequence", "<u8", 0), ("ts_event", "<i8", 8), ("ts_recv", "<i8", 16), ("instrument", "<u4", 24),
                      ("type", "u1", 28), ("flags", "u1", 29), ("publish_delay", "<u2", 30)]
_TICK_BODIES: Dict[TickType, List[Field]] = {
    TickType.TRADE: [("price", "<i8", 0), ("size", "<u8", 8), ("trade_id", "<u8", 16), ("side", "u1", 24),
                     ("kind", "u1", 25), ("eligibility", "u1", 26), ("condition", "S4", 28)],
    TickType.QUOTE: [("bid_price", "<i8", 0), ("ask_price", "<i8", 8), ("bid_size", "<u8", 16), ("ask_size", "<u8", 24)],
    TickType.ORDER: [("order_id", "<u8", 0), ("price", "<i8", 8), ("size", "<u8", 16), ("action", "u1", 24),
                     ("side", "u1", 25), ("reason", "u1", 26), ("attribution", "S4", 28)],
    TickType.LEVEL: [("price", "<i8", 0), ("size", "<u8", 8), ("order_count", "<u4", 16), ("index", "<u2", 20),
                     ("side", "u1", 22)],
    TickType.BOOK_CLEAR: [("reason", "u1", 0)],
    TickType.STATUS: [("trading_status", "u1", 0), ("kind", "u1", 1), ("code", "S1", 2), ("detail", "S1", 3),
                      ("reason", "S4", 4), ("price", ("<i8", 3), 8)],
    TickType.IMBALANCE: [("paired_size", "<u8", 0), ("imbalance_size", "<u8", 8), ("reference_price", "<i8", 16),
                         ("side", "u1", 24), ("direction", "S1", 25), ("auction", "S1", 26), ("variation", "S1", 27)],
    TickType.AUCTION_PRICES: [("price", ("<i8", 3), 0), ("kind", "u1", 24), ("auction", "S1", 25),
                              ("eligibility", "S1", 26)],
    TickType.TRADE_CANCEL: [("trade_id", "<u8", 0), ("price", "<i8", 8), ("size", "<u8", 16), ("kind", "u1", 24)],
    TickType.GAP: [("first", "<u8", 0), ("last", "<u8", 8), ("session", "S10", 16), ("feed", "<u2", 26),
                   ("reason", "u1", 28), ("line", "u1", 29)],
    TickType.SOURCE_POSITION: [("next_sequence", "<u8", 0), ("byte_offset", "<u8", 8), ("session", "S10", 16),
                               ("feed", "<u2", 26), ("message_count", "<u2", 28), ("line", "u1", 30)],
    TickType.HEARTBEAT: [("tsc", "<u8", 0), ("idle_nanos", "<u8", 8), ("clock_error_nanos", "<u4", 16),
                         ("feed", "<u2", 20)],
    TickType.SESSION: [("trading_date", "<i4", 0), ("utc_offset_seconds", "<i4", 4), ("session", "S10", 8),
                       ("feed", "<u2", 18)],
    TickType.DEFINITION: [("directory_stamp", "<u8", 0), ("feed", "<u2", 8), ("venue_key", "<u2", 10)],
    TickType.COMMAND: [("command", "<u2", 0), ("count", "<u2", 2), ("owner", "<u4", 4), ("argument", "<u8", 8),
                       ("text_offset", "<u8", 16), ("text_bytes", "<u4", 24), ("text_generation", "<u4", 28)],
    TickType.PADDING: [],
}

_RESULT: List[Field] = [("sequence", "<u8", 0), ("ts_event", "<i8", 8), ("cause_seq", "<u8", 16),
                        ("input_first", "<u8", 24), ("input_last", "<u8", 32), ("instrument", "<u4", 40),
                        ("function", "<u2", 44), ("type", "u1", 46), ("basis", "u1", 47), ("revision", "<u4", 48),
                        ("quality", "<u4", 52), ("ts_recv", "<i8", 56)]
_RESULT_BODIES: Dict[ResultType, List[Field]] = {
    ResultType.ROW: [("start", "<i8", 0), ("end", "<i8", 8), ("count", "<u8", 16), ("open", "<i8", 24),
                     ("high", "<i8", 32), ("low", "<i8", 40), ("close", "<i8", 48), ("volume", "<u8", 56),
                     ("notional", ("<u8", 2), 64), ("sum", ("<u8", 2), 80), ("sum_of_squares", ("<u8", 2), 96),
                     ("first_time", "<i8", 112), ("last_time", "<i8", 120), ("vwap", "<f8", 128), ("average", "<f8", 136),
                     ("deviation", "<f8", 144), ("average_5min", "<f8", 152), ("price_unit", "<i8", 160),
                     ("watermark", "<i8", 168), ("kind", "u1", 176), ("trend", "u1", 177), ("is_volatile", "u1", 178),
                     ("index", "<u8", 184)],
    ResultType.VALUES: [("start", "<i8", 0), ("end", "<i8", 8), ("first_output", "<u2", 16), ("count", "<u2", 18),
                        ("bar_index", "<u4", 20), ("affected", "<u4", 24), ("value", ("<f8", 20), 32)],
    ResultType.SIGNAL: [("start", "<i8", 0), ("end", "<i8", 8), ("index", "<u8", 16), ("price", "<i8", 24),
                        ("value", ("<f8", 4), 32), ("what", "u1", 64), ("status", "u1", 65), ("is_edge", "u1", 66),
                        ("fired", "u1", 67), ("bound_count", "<u4", 68), ("bound", ("<u8", 15), 72)],
    ResultType.CORRECTION: [("trade_id", "<u8", 0), ("trade_time", "<i8", 8), ("old_price", "<i8", 16),
                            ("old_size", "<u8", 24), ("new_price", "<i8", 32), ("new_size", "<u8", 40),
                            ("kind", "u1", 48), ("window_count", "u1", 49), ("start", ("<i8", 8), 56),
                            ("function", ("<u2", 8), 120)],
    ResultType.GAP: [("first", "<u8", 0), ("count", "<u8", 8), ("shard", "<u4", 16)],
}


def _with_bodies(header: List[Field], bodies: Dict[Any, List[Field]], body: int, size: int) -> Dict[int, np.dtype]:
    taken = {name for name, *_ in header}
    return {int(kind): _dtype(header + [(f"window_{name}" if name in taken else name, form, body + offset)
                                        for name, form, offset in fields], size)
            for kind, fields in bodies.items()}


TICK = _dtype(_TICK + [("body", "V32", 32)], 64)
RESULT = _dtype(_RESULT + [("body", "V192", 64)], 256)
TICKS = _with_bodies(_TICK, _TICK_BODIES, 32, 64)
RESULTS = _with_bodies(_RESULT, _RESULT_BODIES, 64, 256)

IMAGE = _dtype([
    ("sequence", "<u8", 0), ("ts_event", "<i8", 8), ("bid_price", "<i8", 16), ("ask_price", "<i8", 24),
    ("bid_size", "<u8", 32), ("ask_size", "<u8", 40), ("trading_status", "u1", 48), ("short_sale", "S1", 49),
    ("quality", "<u4", 52), ("ts_recv", "<i8", 56), ("last_price", "<i8", 64), ("last_size", "<u8", 72),
    ("last_trade_time", "<i8", 80), ("last_trade_id", "<u8", 88), ("volume", "<u8", 96), ("notional", ("<u8", 2), 104),
    ("trade_count", "<u8", 120), ("open", "<i8", 128), ("high", "<i8", 136), ("low", "<i8", 144),
    ("previous_close", "<i8", 152), ("trading_date", "<i4", 160), ("band_reference", "<i8", 168),
    ("band_upper", "<i8", 176), ("band_lower", "<i8", 184), ("auction_paired", "<u8", 192),
    ("auction_imbalance", "<u8", 200), ("auction_reference", "<i8", 208), ("auction_near", "<i8", 216),
    ("auction_far", "<i8", 224), ("auction_side", "u1", 232)], 256)

LEVEL = _dtype([("price", "<i8", 0), ("size", "<u8", 8), ("order_count", "<u4", 16)], 24)
DEPTH = _dtype([("sequence", "<u8", 0), ("ts_event", "<i8", 8), ("bid_count", "<u2", 16), ("ask_count", "<u2", 18),
                ("flags", "<u4", 20), ("bid", (LEVEL, 10), 32), ("ask", (LEVEL, 10), 272)], 512)

# Fields that are prices, sizes and times, whatever record they are in.
PRICES = {"price", "bid_price", "ask_price", "reference_price", "open", "high", "low", "close", "old_price", "new_price",
          "last_price", "previous_close", "band_reference", "band_upper", "band_lower", "auction_reference",
          "auction_near", "auction_far"}
SIZES = {"size", "bid_size", "ask_size", "paired_size", "imbalance_size", "volume", "old_size", "new_size", "last_size",
         "auction_paired", "auction_imbalance"}
TIMES = {"ts_event", "ts_recv", "start", "end", "first_time", "last_time", "watermark", "trade_time", "last_trade_time"}


def to_float(prices: Any) -> Any:
    """Prices in currency units: a float64 array, or a float of one price. Absent ones are NaN."""
    exact = np.asarray(prices, dtype=np.int64)
    floats = exact / PRICES_PER_UNIT
    if exact.ndim == 0:
        return float("nan") if exact == NO_PRICE else float(floats)
    floats[exact == NO_PRICE] = np.nan
    return floats


def to_datetime(times: Any) -> Any:
    """int64 ns UTC as datetime64[ns], without a copy where it can be."""
    return np.asarray(times, dtype=np.int64).view("datetime64[ns]")
