"""`python -m bench [NAME …] [--rounds N] [--hold S]`: run the benchmarks named, by default all."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench import (
    agi_rate,
    archive,
    board_updates,
    browser_seat,
    call_cost,
    cases,
    cer,
    chaos,
    live_help,
    menu_latency,
    player_start,
    pop_latency,
    search,
    transcription,
)
from core.log import configure

BENCHMARKS = (
    agi_rate.NAME,
    call_cost.NAME,
    menu_latency.NAME,
    live_help.NAME,
    browser_seat.NAME,
    pop_latency.NAME,
    board_updates.NAME,
    transcription.NAME,
    cer.NAME,
    search.NAME,
    cases.NAME,
    archive.NAME,
    player_start.NAME,
    chaos.NAME,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)}")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each (default %(default)s)")
    parser.add_argument("--hold", type=float, default=20.0, help="seconds of a call (default %(default)s)")
    parser.add_argument("--folder", type=Path, help="cer: audio and transcripts.tsv of your own")
    parser.add_argument("--model", type=Path, help="cer, transcription: a vosk model of your own")
    parser.add_argument("--database", default="", help="search, cases: an empty database, no SQLite")
    parser.add_argument("--size", type=int, default=cases.SIZE, help="cases: how many (default %(default)s)")
    parser.add_argument("--hours", type=float, default=1.0, help="archive: of the call (default %(default)s)")
    parser.add_argument("--kills", type=int, default=chaos.KILLS, help="chaos: at each step (%(default)s)")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown or options.rounds < 1:
        parser.error(f"there are the benchmarks {', '.join(BENCHMARKS)}, and at least one round")
    configure("bench", "warning")
    wanted = options.names or BENCHMARKS
    if agi_rate.NAME in wanted:
        agi_rate.run(options.rounds)
    if call_cost.NAME in wanted:
        call_cost.run(options.rounds, options.hold)
    if menu_latency.NAME in wanted:
        menu_latency.run(options.rounds)
    if live_help.NAME in wanted:
        live_help.run(options.rounds)
    if browser_seat.NAME in wanted:
        browser_seat.run(options.rounds, options.hold)
    if pop_latency.NAME in wanted:
        pop_latency.run(options.rounds)
    if board_updates.NAME in wanted:
        board_updates.run(options.rounds)
    if transcription.NAME in wanted:
        transcription.run(options.rounds, options.model)
    if cer.NAME in wanted:
        cer.run(options.rounds, options.folder, options.model)
    if search.NAME in wanted:
        search.run(options.rounds, options.database)
    if cases.NAME in wanted:
        cases.run(options.rounds, options.database, options.size)
    if archive.NAME in wanted:
        archive.run(options.rounds, options.hours)
    if player_start.NAME in wanted:
        player_start.run(options.rounds)
    if chaos.NAME in wanted:
        chaos.run(options.kills)


if __name__ == "__main__":
    main()
