"""libtickplant.so.0 by ctypes: its structs and functions as clients/c/tickplant.h declares them.

Every call releases the interpreter's lock while it runs. Not here: anything a user calls.
"""
from __future__ import annotations

import ctypes
import os
import pathlib
import platform
from ctypes import POINTER, Structure, c_char, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64
from ctypes import c_void_p
from typing import Any, Dict, List, Optional, Sequence, Tuple

from ._errors import Refused, SetupError, TickplantError, UnknownInstrument

NAME = "libtickplant.so.0"
VERSION = "0.1"  # major and minor that this package goes with

END, INVALID, SETUP, UNKNOWN, NEVER, BUSY, LAPPED, REFUSED, INTERNAL = -1, -2, -3, -4, -5, -6, -7, -8, -9
EVENT_LOST, EVENT_ATTACHED, EVENT_IMAGE, EVENT_CONFLATED, EVENT_MERGED = 1, 2, 3, 4, 5
FROM_NEWEST, FROM_RING, FROM_IMAGE, FROM_BEGINNING, FROM_TIME, FROM_AGO, FROM_SEQUENCE = range(7)
SKIP, RAISE, CONFLATE = range(3)


class Sized(Structure):
    """A struct that begins with its own size."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(struct_size=ctypes.sizeof(type(self)), **fields)

    def as_dict(self) -> Dict[str, Any]:
        """Its fields, texts as str."""
        values = {name: getattr(self, name) for name, *_ in self._fields_ if name != "struct_size"}
        return {name: value.decode(errors="replace") if isinstance(value, bytes) else value
                for name, value in values.items()}


class Info(Sized):
    _fields_ = [("struct_size", c_size_t), ("state", c_uint32), ("daemon_pid", c_uint32), ("epoch", c_uint64),
                ("created_at", c_int64), ("heartbeat", c_int64), ("now", c_int64), ("instrument_count", c_uint32),
                ("feed_count", c_uint32), ("has_results", c_uint8), ("name", c_char * 64), ("folder", c_char * 512)]


class Feed(Sized):
    _fields_ = [("struct_size", c_size_t), ("id", c_uint32), ("name", c_char * 64), ("protocol", c_char * 32),
                ("venue", c_char * 8), ("ring", c_char * 64), ("time_zone", c_char * 64)]


class Instrument(Sized):
    _fields_ = [("struct_size", c_size_t), ("id", c_uint32), ("feed", c_uint32), ("price_unit", c_int64),
                ("size_scale", c_int32), ("lot", c_uint32), ("status", c_uint8), ("kind", c_uint8),
                ("symbol", c_char * 72), ("venue", c_char * 8), ("currency", c_char * 8), ("name", c_char * 64),
                ("sector", c_char * 32)]


class TicksOptions(Sized):
    _fields_ = [("struct_size", c_size_t), ("symbols", POINTER(c_char_p)), ("symbol_count", c_size_t),
                ("rings", POINTER(c_char_p)), ("ring_count", c_size_t), ("types", c_uint32), ("start", c_uint32),
                ("from_value", c_int64), ("until", c_int64), ("journal", c_char_p), ("on_overrun", c_uint32),
                ("without_market_wide", c_uint8), ("ends_when_caught_up", c_uint8), ("reserved", c_uint8 * 2),
                ("lag_max", c_uint64)]


class ResultsOptions(Sized):
    _fields_ = [("struct_size", c_size_t), ("symbols", POINTER(c_char_p)), ("symbol_count", c_size_t),
                ("functions", POINTER(c_char_p)), ("function_count", c_size_t), ("rings", POINTER(c_char_p)),
                ("ring_count", c_size_t), ("types", c_uint32), ("start", c_uint32), ("from_value", c_int64),
                ("until", c_int64), ("journal", c_char_p), ("on_overrun", c_uint32), ("ends_when_caught_up", c_uint8),
                ("reserved", c_uint8 * 3)]


class Event(Sized):
    _fields_ = [("struct_size", c_size_t), ("kind", c_uint32), ("instrument", c_uint32), ("first", c_uint64),
                ("last", c_uint64), ("updates", c_uint64), ("trades", c_uint64), ("volume", c_uint64),
                ("ring", c_char * 64), ("image", c_uint8 * 256)]


class Progress(Sized):
    _fields_ = [("struct_size", c_size_t), ("lost_count", c_uint64), ("merged_count", c_uint64), ("lag", c_uint64),
                ("unknown_count", c_uint64), ("is_joined", c_uint8), ("problem", c_char * 512)]


class Function(Sized):
    _fields_ = [("struct_size", c_size_t), ("id", c_uint32), ("kind", c_uint32), ("window", c_uint32),
                ("output", c_uint32), ("size", c_int64), ("slide", c_int64), ("name", c_char * 96), ("set", c_char * 40),
                ("parameters", c_char * 96)]


class Description(Sized):
    _fields_ = [("struct_size", c_size_t), ("epoch", c_uint64), ("created_at", c_int64), ("now", c_int64),
                ("pid", c_uint32), ("instrument_count", c_uint32), ("feed_count", c_uint32),
                ("segment_count", c_uint32), ("segment_bytes", c_uint64), ("name", c_char * 64),
                ("version", c_char * 64), ("folder", c_char * 512)]


_FUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {
    "error_problem": (c_char_p, []),
    "error_remedy": (c_char_p, []),
    "version": (c_char_p, []),
    "attach": (c_int, [c_char_p, POINTER(c_void_p)]),
    "attach_folder": (c_int, [c_char_p, POINTER(c_void_p)]),
    "detach": (None, [c_void_p]),
    "known_plants": (c_int64, [c_char_p, c_size_t]),
    "plant_info": (c_int, [c_void_p, POINTER(Info)]),
    "plant_feed": (c_int, [c_void_p, c_uint32, POINTER(Feed)]),
    "find_instrument": (c_int, [c_void_p, c_char_p, POINTER(c_uint32)]),
    "read_instrument": (c_int, [c_void_p, c_uint32, POINTER(Instrument)]),
    "read_image": (c_int, [c_void_p, c_uint32, c_void_p]),
    "read_depth": (c_int, [c_void_p, c_uint32, c_void_p]),
    "ticks_open": (c_int, [c_void_p, POINTER(TicksOptions), POINTER(c_void_p)]),
    "ticks_wait": (c_int64, [c_void_p, c_void_p, c_size_t, c_int64]),
    "ticks_event": (c_int, [c_void_p, POINTER(Event)]),
    "ticks_progress": (c_int, [c_void_p, POINTER(Progress)]),
    "ticks_conflate": (c_int, [c_void_p]),
    "ticks_close": (None, [c_void_p]),
    "results_open": (c_int, [c_void_p, POINTER(ResultsOptions), POINTER(c_void_p)]),
    "results_wait": (c_int64, [c_void_p, c_void_p, c_size_t, c_int64]),
    "results_event": (c_int, [c_void_p, POINTER(Event)]),
    "results_progress": (c_int, [c_void_p, POINTER(Progress)]),
    "results_function": (c_int, [c_void_p, c_uint32, POINTER(Function)]),
    "results_close": (None, [c_void_p]),
    "control_connect": (c_int, [c_void_p, c_char_p, POINTER(c_void_p)]),
    "control_role": (c_int, [c_void_p]),
    "control_describe": (c_int, [c_void_p, POINTER(Description)]),
    "control_reload": (c_int64, [c_void_p]),
    "control_change": (c_char_p, [c_void_p, c_size_t]),
    "control_stop": (c_int, [c_void_p]),
    "control_close": (None, [c_void_p]),
}


def _places() -> List[str]:
    """Where the library may be, in order."""
    if named := os.environ.get("TICKPLANT_LIBRARY"):
        return [named]
    here = pathlib.Path(__file__).resolve()
    lib = here.parents[3]  # lib/python3/dist-packages/tickplant/_library.py
    beside = [lib / NAME, lib / f"{platform.machine()}-linux-gnu" / NAME, lib.parent / "lib64" / NAME]
    in_tree = here.parents[3] / "build/release/clients/c" / NAME  # clients/python/tickplant/_library.py
    return [str(path) for path in [*beside, in_tree] if path.exists()] + [NAME]


class Library:
    """The functions without their prefix: `library.attach(...)`."""

    def __init__(self) -> None:
        places, found = _places(), []
        for place in places:
            try:
                self._dll = ctypes.CDLL(place)
                break
            except OSError as error:
                found.append(str(error))
        else:
            raise SetupError(f"{NAME} cannot be loaded: {'; '.join(found)}",
                             "install it beside this package (cmake --install), or name it by TICKPLANT_LIBRARY")
        self.path = place
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(self._dll, "tickplant_" + name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        version = self.version().decode()
        if version.split(".")[:2] != VERSION.split("."):
            raise SetupError(f"{place} is version {version}, this package is for {VERSION}",
                             "install both from the same build")

    def __getattr__(self, name: str) -> Any:  # for who reads types: all are set above
        raise AttributeError(name)

    def error(self, code: int) -> TickplantError:
        """What the last call of this thread that failed has to say."""
        problem, remedy = self.error_problem().decode(errors="replace"), self.error_remedy().decode(errors="replace")
        kinds = {SETUP: SetupError, UNKNOWN: UnknownInstrument, REFUSED: Refused}
        return kinds.get(code, TickplantError)(problem or f"libtickplant answers {code}", remedy)

    def check(self, code: int) -> int:
        """The answer, when it is none of an error."""
        if code < 0:
            raise self.error(code)
        return code


_library: Optional[Library] = None


def library() -> Library:
    """Loaded at the first call, so that `import tickplant` says nothing yet."""
    global _library
    if _library is None:
        _library = Library()
    return _library


def texts(values: Sequence[str]) -> Any:
    """As `const char* const*`; None when there are none."""
    if not values:
        return None
    return (c_char_p * len(values))(*(value.encode() for value in values))
