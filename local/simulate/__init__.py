"""A whole environment on a simulated AWS: no account, no cost, nothing left; see docs/simulation.md."""
