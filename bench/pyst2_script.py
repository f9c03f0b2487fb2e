#!/usr/bin/python3
"""The comparison's script as a process-AGI: Asterisk starts it once a call. Runs inside the native root."""

import os

from asterisk.agi import AGI

with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - nothing is imported that a plain script would not
    agi = AGI(stderr=nowhere)
    agi.get_variable("LAPS")
    for number in ("one", "two", "three"):
        agi.set_variable("MARK", number)
