"""Tickplant from Python: market data out of shared memory as numpy arrays, live and historical.

    import tickplant

    with tickplant.attach("demo") as plant:
        for batch in plant.ticks(symbols=["AAPL"]):
            print(batch.trades["price"] / 1e9, batch.quotes["bid_size"])

    frame = plant.history(["AAPL"], ["trade"], start=datetime.timedelta(minutes=10)).to_pandas()

docs/clients-python.md begins here. Works over libtickplant.so.0 by ctypes: there is nothing to build.
"""
try:
    import numpy as _numpy  # noqa: F401  # before the rest, for an error that helps
except ImportError as _error:
    raise ImportError(f"tickplant needs numpy, and {__import__('sys').executable} has none ({_error})\n"
                      "  remedy: apt-get install python3-numpy, for Debian's /usr/bin/python3") from None

from ._batch import Attached, Conflated, Image, Lost, Merged, ResultBatch, TickBatch, concat
from ._errors import Lapped, MissingPackage, Refused, SetupError, TickplantError, UnknownInstrument
from ._layout import (DEPTH, IMAGE, NO_PRICE, PRICES_PER_UNIT, RESULT, RESULTS, TICK, TICKS, Quality, ResultType, Side,
                      SignalValue, TickFlags, TickType, TradingStatus, to_datetime, to_float)
from ._plant import Control, Feed, Function, Instrument, Plant, PlantInfo, attach, plants
from ._stream import Results, Ticks

__version__ = "0.1.0"
__all__ = [
    "Attached", "Conflated", "Control", "DEPTH", "Feed", "Function", "IMAGE", "Image", "Instrument", "Lapped", "Lost",
    "Merged", "MissingPackage", "NO_PRICE", "PRICES_PER_UNIT", "Plant", "PlantInfo", "Quality", "RESULT", "RESULTS",
    "Refused", "ResultBatch", "ResultType", "Results", "SetupError", "Side", "SignalValue", "TICK", "TICKS", "TickBatch",
    "TickFlags", "TickType", "Ticks", "TickplantError", "TradingStatus", "UnknownInstrument", "attach", "concat", "plants",
    "to_datetime", "to_float",
]
