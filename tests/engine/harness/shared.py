"""One running environment for many tests: each finds it well, whatever the one before did to it."""

from dataclasses import dataclass, field

from local.stackfiles import without_salt
from tests.engine.harness.command import Done
from tests.engine.harness.site import Site
from tests.engine.harness.waiting import until

SERVICES = ("pods", "meeting-router", "ionic-apps")
REPLICAS = 2
QUICK = 15.0
"""Seconds for an ``up`` with nothing to do: it takes about two, but other programs may be at work."""
EDITABLE = ("Pulumi.*.yaml", "stacks/*.py", "examples/apps/**/*.py")
"""What tests may change in the clone."""


@dataclass
class Shared:
    """A running local environment, and what is to be in its clone when a test begins."""

    site: Site
    first: Done
    """The first ``up``."""
    files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keep()

    def keep(self) -> None:
        """What the clone has now is as good a start for the next test: say this of a healthy change only."""
        self.files = self._contents()

    def make_well(self, doubtful: bool) -> None:
        """Bring the environment back to what ``files`` say. Quick when nothing was changed.

        ``doubtful``: a test has failed, so that nothing can be taken for granted.
        """
        changed = self._restore()
        if doubtful:
            self.site.down()
        if changed or doubtful:
            self.site.up()
        until(lambda: all_well(self.site), "all services are well", within=40)

    def _restore(self) -> bool:
        now = self._contents()
        for name in now.keys() - self.files.keys():
            (self.site.checkout / name).unlink()
        different = [name for name, text in self.files.items() if now.get(name) != text]
        for name in different:
            self.site.write(name, self.files[name])
        return bool(different)

    def _contents(self) -> dict[str, str]:
        found = (path for pattern in EDITABLE for path in self.site.checkout.glob(pattern))
        # Pulumi by hand writes a line into the stack's file, which the next command of ours takes out again.
        return {str(path.relative_to(self.site.checkout)): without_salt(path.read_bytes()).decode() for path in found}


def all_well(site: Site) -> bool:
    """Every service has its instances, all healthy, and a request passes through all of them."""
    for service in SERVICES:
        running = site.nomad.instances(service, "local")
        healthy = site.consul.healthy(f"{service}--local")
        assert len(running) == len(healthy) == REPLICAS, f"{service}: {len(running)} run, {len(healthy)} are healthy"
    return site.get(site.url("app")).status == 200


def jobs_and_instances(site: Site, environment: str = "local") -> dict[str, tuple[int, set[str]]]:
    """Service -> the version of its job, and the ids of its instances: equal when nothing was touched."""
    return {
        service: (site.nomad.version(service, environment), set(site.nomad.instances(service, environment)))
        for service in SERVICES
    }
