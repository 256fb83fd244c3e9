"""Broken values made from good ones, and a bound on the time that they may take."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: What means something in one header or another, and what should not be there at all.
BYTES = "\0\t\x1f \"'%,;=\\/*-0:[]\x7f\x80\xa0\xc3\xff"

#: Texts that parsers have died of, or taken minutes for.
PATHOLOGICAL = (
    "",
    "9" * 5_000,
    "-" * 1_000,
    "\xc2\xb2",
    "\xd9\xa3",
    "\\" * 60_000,
    '"' * 60_001,
    '"' + '\\"' * 30_000,
    'a="' + '\\"' * 30_000,
    'a="\\' * 15_000,
    'a;b="' + ";" * 60_000 + '"',
    ',a;b="{;}"' * 6_000,
    ";" * 60_000,
    "," * 60_000,
    "=" * 60_000,
    " " * 60_000,
    "\t" * 60_000,
    "[" * 60_000,
    "(" * 60_000,
    "%" * 60_000,
    "%f" * 30_000,
    "a;" * 30_000,
    "a," * 30_000,
    "a=1;" * 15_000,
    "W/" * 30_000,
    "0-0," * 15_000,
    ";q=0" * 15_000,
    "; x*0=a" * 8_000,
    "a*=utf-8''%ff" * 4_000,
    "Basic " + "=" * 60_000,
    "Sun, " * 12_000,
    "\xa0" * 60_000,
)


def cuts(text: str) -> Iterator[str]:
    """Cut a text at each of its characters."""
    for place in range(len(text)):
        yield text[:place]


def mutations(text: str, step: int = 1) -> Iterator[str]:
    """Put each of ``BYTES`` into each place of a text, next to what is there and instead of it."""
    for place in range(0, len(text) + 1, step):
        for char in BYTES:
            yield text[:place] + char + text[place:]
            yield text[:place] + char + text[place + 1 :]


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail, and interrupt, what takes more time of the processor than it may.

    The time of the processor, because other programs run on the same machine.
    """

    interrupted = False

    def give_up(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        raise AssertionError(f"This takes more than {seconds} s.")

    previous = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    started = time.process_time()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)
    took = time.process_time() - started
    # What was interrupted may have taken the error for one of its own.
    assert not interrupted, f"This takes more than {seconds} s."
    assert took <= seconds, f"This took {took:.2f} s rather than {seconds} s."
