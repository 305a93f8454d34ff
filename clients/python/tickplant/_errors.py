"""What can go wrong. Each error says what, with the value found, and what to do about it."""
from __future__ import annotations


class TickplantError(Exception):
    """Any of ours. `problem` and `remedy` are the two parts of its text."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem + ("\n  remedy: " + remedy if remedy else ""))
        self.problem = problem
        self.remedy = remedy


class SetupError(TickplantError):
    """No such plant, ring or journal; no permission; another version; the daemon is gone."""


class UnknownInstrument(TickplantError, LookupError):
    """No such symbol or id, or several venues have the symbol: the text lists what there is."""


class Refused(TickplantError):
    """The daemon said no, in its own words."""


class MissingPackage(TickplantError, ImportError):
    """A package that is needed for this call alone is not installed."""


class Lapped(TickplantError):
    """Records were overwritten before they were read. The next call goes on behind them.

    `ring`, `first` and `last` (sequences, both lost) say exactly which; `count` how many.
    """

    def __init__(self, problem: str, remedy: str, ring: str, first: int, last: int) -> None:
        super().__init__(problem, remedy)
        self.ring = ring
        self.first = first
        self.last = last

    @property
    def count(self) -> int:
        return self.last - self.first + 1
