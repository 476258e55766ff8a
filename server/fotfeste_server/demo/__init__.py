"""The example network: invented people in twelve municipalities, halfway through their learning network.

Everything is placed relative to the day of the first start and drawn from one seed, ids and tokens apart. It goes in
by the same doors as the real thing: judged, into the ledger; closed, into envelopes; sealed, into blocks.
"""

from .building import build
from .doors import Doors
from .outgrown import put_aside_if_outgrown

__all__ = ["Doors", "build", "put_aside_if_outgrown"]
