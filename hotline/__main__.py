"""The command `hotline`, also `python -m hotline`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run one subcommand; the exit status. Ctrl-C is no error, not even while modules are being loaded."""
    try:
        from hotline.cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
