"""The measured values as tables for people.

Flask: the one that ratios are about. Django: the one that a mounted application is compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from measuring import Spread, Timing
from servers import Load, Setup
from startup import Start
from workloads import WORKLOADS, Workload

#: Whom each contestant is compared with.
OPPONENTS = {
    "flaskish": "Flask",
    "flaskish, database": "Flask",
    "mounted": "Django",
    "mounted, middleware": "Django, middleware",
    "flaskish, ASGI": "Quart",
}
LIMIT_WITH_DATABASE = 0.45
LIMIT_MOUNTED = 1.05


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def limit_of(workload: Workload, name: str) -> float | None:
    """Return the ratio to the opponent that is to be reached."""
    if name == "flaskish":
        return workload.limit
    if name == "flaskish, database":
        return LIMIT_WITH_DATABASE if workload.name == "hello" else None
    return LIMIT_MOUNTED if name.startswith("mounted") else None


def ratio_table(timings: Mapping[str, Timing], name: str) -> str:
    """Return the table of one contestant against its opponent."""
    opponent = OPPONENTS[name]
    rows = []
    for workload in WORKLOADS:
        timing = timings.get(workload.name)
        if timing is None or name not in timing.rounds or opponent not in timing.rounds:
            continue
        spread = Spread.of(timing.ratios(name, opponent))
        limit = limit_of(workload, name)
        mine, other = timing.microseconds(name), timing.microseconds(opponent)
        verdict = "" if limit is None else f"{limit:.2f}"
        if limit is not None and spread.middle > limit:
            verdict += " missed"
        rows.append([workload.name, f"{mine:.1f}", f"{other:.1f}", str(spread), verdict])
    return table(["workload", name, opponent, "ratio (quartiles)", "wanted"], rows)


def bottle_table(timings: Mapping[str, Timing]) -> str:
    """Return the table of the microseconds of those that have no column elsewhere."""
    rows = [
        [name, f"{timing.microseconds('flaskish'):.1f}", f"{timing.microseconds('Bottle'):.1f}"]
        for name, timing in timings.items()
        if {"flaskish", "Bottle"} <= timing.rounds.keys()
    ]
    return table(["workload", "flaskish", "Bottle"], rows)


def routing_table(
    timings: Mapping[tuple[str, int, str], Timing],
    contestants: Sequence[str],
    counts: Sequence[int],
) -> str:
    """Return the microseconds by number of rules, and how much more most cost than fewest."""
    fewest, most = min(counts), max(counts)
    rows = []
    for name in contestants:
        for kind, position in dict.fromkeys((kind, position) for kind, _, position in timings):
            by_count = {count: timings[kind, count, position] for count in counts}
            pairs = zip(by_count[most].rounds[name], by_count[fewest].rounds[name], strict=True)
            growth = Spread.of([many / few for many, few in pairs])
            times = [f"{timing.microseconds(name):.1f}" for timing in by_count.values()]
            rows.append([f"{name}: {kind}, {position}", *times, f"{growth.middle:.2f}"])
    head = ["rules", *(f"{count:,}" for count in counts), f"{most:,} to {fewest:,}"]
    return table(head, rows)


def registration_table(seconds: Mapping[tuple[str, str, int], float]) -> str:
    """Return the milliseconds that registering takes, the first request included."""
    counts = sorted({count for _, _, count in seconds})
    rows = [
        [f"{name}: {kind}", *(f"{seconds[name, kind, count] * 1000:.1f}" for count in counts)]
        for name, kind in dict.fromkeys((name, kind) for name, kind, _ in seconds)
    ]
    return table(["rules", *(f"{count:,}" for count in counts)], rows)


def start_table(starts: Mapping[str, Start]) -> str:
    """Return what starting costs."""
    rows = []
    for name, start in starts.items():
        milliseconds = [seconds * 1000 for seconds in start.cpu_seconds]
        spread = Spread.of(milliseconds)
        memory = Spread.of(start.mebibytes)
        shown = f"{spread.middle:.0f} ({spread.low:.0f} to {spread.high:.0f})"
        rows.append([name, shown, f"{memory.middle:.1f}"])
    return table(["program", "CPU ms (quartiles)", "MiB"], rows)


def load_table(setup: Setup, loads: Mapping[str, Load]) -> str:
    """Return what the load generator saw."""
    rows = []
    for name, load in loads.items():
        requests, p50, p99, microseconds = load.summary()
        rows.append([name, f"{requests:,.0f}", f"{p50:.2f}", f"{p99:.2f}", f"{microseconds:.0f}"])
    head = [f"{setup.title}, {setup.connections} connections", "requests/s", "p50 ms", "p99 ms"]
    return table([*head, "server's CPU µs"], rows)
