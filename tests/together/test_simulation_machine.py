"""The same worlds, acted by Hypothesis, which makes a failing story as short as it can."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from together.events import EVENTS
from together.living import LONG
from together.promises import check, rest
from together.world import World


class Living(RuleBasedStateMachine):
    """Hypothesis chooses who does what; the faults of the network follow from a seed that it chooses as well."""

    world: World | None = None

    @initialize(seed=st.integers(10_000, 10_050), rate=st.sampled_from([0.0, 0.1, 0.4]))
    def begin(self, seed, rate):
        self.world = World(seed, rate=rate)
        self.world.__enter__()

    @rule(event=st.sampled_from(["writes", "syncs"]), who=st.integers(0, 5))
    def works(self, event, who):
        self.happens(event, who)

    @rule(event=st.sampled_from(sorted(EVENTS)), who=st.integers(0, 5))
    def happens(self, event, who):
        world = self.world
        world.time += 60
        world.actor = world.clients[who % len(world.clients)]
        world.act(event, world.actor)

    @invariant()
    def every_promise_holds(self):
        if self.world and self.world.event:
            check(self.world, self.world.actor)

    def teardown(self):
        if self.world is None:
            return
        try:
            rest(self.world)
        finally:
            self.world.__exit__()


TestLiving = Living.TestCase
TestLiving.settings = settings(
    max_examples=200 if LONG else 8,
    stateful_step_count=50 if LONG else 20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
