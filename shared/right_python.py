"""Refuses a Python that Fotfeste does not run on, in a sentence instead of a traceback.

Every front door imports this first. The doors keep to what Python 3.6 can read.
"""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)

if not OLDEST <= sys.version_info[:2] <= NEWEST:
    sys.exit(
        "Fotfeste needs Python 3.11, 3.12 or 3.13, and this is Python %d.%d (%s).\n"  # noqa: UP031 an old Python must be able to read this line
        "Start it with one of those, for example: python3.13 %s"
        % (sys.version_info[0], sys.version_info[1], sys.executable, sys.argv[0])
    )
