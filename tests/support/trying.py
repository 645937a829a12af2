"""How much Hypothesis tries: ``HYPOTHESIS_PROFILE=thorough`` looks much longer than ``quick``, the default.

``make test-long`` runs what Hypothesis tries, marked ``property``, with the former. Loaded before any test's module: a
test takes the profile that it finds when it is read.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("quick", max_examples=30, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("thorough", max_examples=300, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def share(of: int) -> int:
    """The profile's number of examples divided by ``of``: for what asks a whole stack."""
    return max(1, settings.default.max_examples // of) if settings.default is not None else 1
