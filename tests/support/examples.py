"""How many examples a property is tried with: in `make test` some, in `make proofs` all. Not a test by itself."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings

#: `make test` tries one in so many, but no fewer than so many.
SHARE, FEWEST = 5, 5

# How long an example takes says how busy the machine is: no test fails for that.
settings.register_profile(
    "proof",
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "test", settings.get_profile("proof"), max_examples=100 // SHARE
)


def examples(count: int, **more: Any) -> settings:
    """Return the settings of a property that `make proofs` tries with `count` examples."""
    few = max(count // SHARE, FEWEST)
    return settings(
        max_examples=count if settings.get_current_profile_name() == "proof" else few,
        **more,
    )
