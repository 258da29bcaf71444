"""Waits for the end of the process that started it, then ends the children that process left behind.

The other end of standard input closes when that process ends, however it ends.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.buffer.read()
    from o2c.stack.children import end_registered

    end_registered(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
