"""What holds for the whole suite."""

from hypothesis import HealthCheck, settings

# How fast a machine is, and what else it does, fails no law.
settings.register_profile(
    "suite",
    settings.default,
    deadline=None,
    suppress_health_check=[*settings.default.suppress_health_check, HealthCheck.too_slow],
)
settings.load_profile("suite")
