"""What all tests share."""

import signal

from hypothesis import HealthCheck, settings

# A shell starts what it runs in the background with Ctrl-C ignored, and so would be every process of the tests.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run, and none judged by how long it took: a run fails for one reason only.
settings.register_profile(
    "foxden",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("foxden")
