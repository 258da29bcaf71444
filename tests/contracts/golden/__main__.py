"""`python -m tests.contracts.golden`: writes the golden files of new contract versions. Never overwrites one."""

from __future__ import annotations

import sys

from shared.contracts import EVENTS
from tests.contracts.examples import EXAMPLES
from tests.contracts.golden import DIRECTORY, NoExample, write_new

try:
    written = write_new(EVENTS, EXAMPLES, DIRECTORY)
except NoExample as error:
    sys.exit(str(error))
for path in written:
    print(f"written: {path.name}")
if not written:
    print(f"all {len(EVENTS)} contract versions have their golden file")
