"""A stream that is read: waits without the interpreter's lock, hands over batches, can be interrupted.

A stream may be used by several threads; they take turns. Not here: what a batch is (_batch.py), which options open a
stream (_plant.py).
"""
from __future__ import annotations

import contextlib
import ctypes
import threading
import time
import weakref
from typing import Any, Callable, Generic, Iterator, List, Optional, Type, TypeVar

import numpy as np

from . import _library as lib
from ._batch import Attached, Conflated, Image, Lost, Merged, Names, ResultBatch, TickBatch, concat, read_only
from ._errors import Lapped, TickplantError
from ._layout import IMAGE, RESULT, TICK

Batch = TypeVar("Batch", TickBatch, ResultBatch)

# A wait returns that often, so that Ctrl-C is heard at once even where its signal goes to another thread.
_SLICE_NANOS = 100_000_000


def _event(raw: lib.Event) -> Any:
    ring = raw.ring.decode()
    if raw.kind == lib.EVENT_LOST:
        return Lost(ring, raw.first, raw.last)
    if raw.kind == lib.EVENT_ATTACHED:
        return Attached(ring, raw.first)
    if raw.kind == lib.EVENT_MERGED:
        return Merged(ring, raw.first, raw.last)
    exact = np.frombuffer(bytes(raw.image), IMAGE)[0]
    if raw.kind == lib.EVENT_CONFLATED:
        return Conflated(raw.instrument, exact, raw.updates, raw.trades, raw.volume)
    return Image(raw.instrument, exact)


class Stream(Generic[Batch]):
    """Iterate over it, or ask `poll()`, `wait()`, `read()`. Close it, or open it by `with`."""

    _kind: str
    _dtype: np.dtype
    _batch: Type[Any]

    def __init__(self, handle: int, names: Names, batch_size: int) -> None:
        if batch_size < 1:
            raise TickplantError(f"batch_size is {batch_size}", "give 1 or more; 4096 is a good size")
        library = lib.library()
        self._handle: Optional[int] = handle
        self._close: Callable[[int], None] = getattr(library, self._kind + "_close")
        self._finalizer = weakref.finalize(self, self._close, handle)
        self._wait = getattr(library, self._kind + "_wait")
        self._next_event = getattr(library, self._kind + "_event")
        self._progress = getattr(library, self._kind + "_progress")
        self._names = names
        self._lock = threading.RLock()
        self._guests = 0  # other threads that want the lock: who waits in slices would take it again before them
        self._batch_size = batch_size
        self._buffer = np.empty(batch_size, self._dtype)
        self._address = self._buffer.ctypes.data
        self._is_done = False

    # ---- reading

    def poll(self) -> Batch:
        """What there is; an empty batch when nothing is. Never waits."""
        return self.wait(0)

    def wait(self, timeout: Optional[float] = None) -> Batch:
        """What there is, or comes within `timeout` seconds (None: for ever); else an empty batch.

        Raises Lapped where that was asked for.
        """
        self._open_handle()
        deadline = None if timeout is None else time.monotonic() + timeout
        left = timeout
        while True:
            nanos = _SLICE_NANOS if left is None else max(min(int(left * 1e9), _SLICE_NANOS), 0)
            if (batch := self._take(nanos)) is not None:
                return batch
            if deadline is not None:
                left = deadline - time.monotonic()
            if self._is_done or (left is not None and left <= 0):
                return self._empty()

    def __iter__(self) -> "Stream[Batch]":
        return self

    def __next__(self) -> Batch:
        """The next batch that holds something. Ends with a history's end, and when another thread closes the stream."""
        while not self._is_done:
            if (batch := self._take(_SLICE_NANOS)) is not None:
                return batch
        raise StopIteration

    def read(self, limit: Optional[int] = None) -> Batch:
        """All that is left of a history as one batch; of a live stream what there is now. At most about `limit` records."""
        self._open_handle()
        batches: List[Any] = []
        count = 0
        while not self._is_done and (limit is None or count < limit):
            batch = self._take(_SLICE_NANOS if self._ends else 0)
            if batch is None:
                if self._ends:
                    continue
                break
            batches.append(batch)
            count += len(batch)
        return concat(batches) if batches else self._empty()

    def to_pandas(self, kind: Optional[str] = None) -> Any:
        """`read().to_pandas(kind)`."""
        return self.read().to_pandas(kind)

    def to_polars(self, kind: Optional[str] = None) -> Any:
        """`read().to_polars(kind)`."""
        return self.read().to_polars(kind)

    # ---- how it goes

    _ends = False  # a history that does not follow

    @property
    def is_done(self) -> bool:
        """Everything that was asked for was handed over."""
        return self._is_done

    @property
    def lost_count(self) -> int:
        """Records that were overwritten before they were read, or that no journal has any more."""
        return self._read_progress().lost_count

    @property
    def lag(self) -> int:
        """How many records the slowest ring is behind its writer."""
        return self._read_progress().lag

    @property
    def problem(self) -> str:
        """Why a rebuilt plant could not be attached when last tried; "" when all is well."""
        return self._read_progress().problem.decode(errors="replace")

    def close(self) -> None:
        """Waits for a thread that reads, a tenth of a second at most."""
        with self._as_guest():
            if self._handle is not None:
                self._handle = None
                self._is_done = True
                self._finalizer()

    def __enter__(self) -> "Stream[Batch]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---

    def _open_handle(self) -> int:
        if self._handle is None:
            raise TickplantError(f"this stream of {self._kind} is closed", "open another one")
        return self._handle

    def _read_progress(self) -> lib.Progress:
        progress = lib.Progress()
        with self._as_guest():
            lib.library().check(self._progress(self._open_handle(), ctypes.byref(progress)))
        return progress

    @contextlib.contextmanager
    def _as_guest(self) -> Iterator[None]:
        self._guests += 1
        try:
            with self._lock:
                yield
        finally:
            self._guests -= 1

    def _empty(self) -> Batch:
        return self._batch(read_only(np.empty(0, self._dtype)), [], self._names)

    def _take(self, nanos: int) -> Optional[Batch]:
        """None: nothing came, or all was handed over, or the stream was closed meanwhile."""
        if self._guests:
            time.sleep(0.001)
        with self._lock:
            if self._handle is None:
                return None
            count = self._wait(self._handle, self._address, self._batch_size, nanos)
            if count == lib.END:
                self._is_done = True
                return None
            if count < 0 and count != lib.LAPPED:
                raise lib.library().error(count)
            events = self._events()
            if count == lib.LAPPED:
                error, lost = lib.library().error(count), events[0]
                raise Lapped(error.problem, error.remedy, lost.ring, lost.first, lost.last)
            if count == 0 and not events:
                return None
            batch = self._batch(self._records(count), events, self._names)
            if any(isinstance(event, Attached) for event in events):
                self._on_attached()
            return batch

    def _on_attached(self) -> None:
        """What comes from here on is of another plant, or of more rings."""

    def _events(self) -> List[Any]:
        events = []
        raw = lib.Event()
        while self._next_event(self._handle, ctypes.byref(raw)) == 1:
            events.append(_event(raw))
        return events

    def _records(self, count: int) -> np.ndarray:
        """A batch that fills the buffer keeps it; of a small one a copy is kept, so that the rest is not."""
        if 2 * count < self._batch_size:
            return read_only(self._buffer[:count].copy())
        records = read_only(self._buffer[:count])
        self._buffer = np.empty(self._batch_size, self._dtype)
        self._address = self._buffer.ctypes.data
        return records


class Ticks(Stream[TickBatch]):
    """A stream of ticks: batches are TickBatch."""

    _kind, _dtype, _batch = "ticks", TICK, TickBatch

    def conflate(self) -> None:
        """Merges at the next poll what was not read yet. Of a stream with on_lapped="conflate"."""
        with self._as_guest():
            lib.library().check(lib.library().ticks_conflate(self._open_handle()))

    @property
    def merged_count(self) -> int:
        """Updates that were told merged."""
        return self._read_progress().merged_count


class Results(Stream[ResultBatch]):
    """A stream of what is computed: batches are ResultBatch."""

    _kind, _dtype, _batch = "results", RESULT, ResultBatch

    def functions(self) -> List[Any]:
        """What the plant computes: a Function each."""
        return self._names.all()  # type: ignore[attr-defined]

    def _on_attached(self) -> None:
        self._names = self._names.successor()  # type: ignore[attr-defined]
