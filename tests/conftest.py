"""How every test here runs: nothing depends on how fast the machine is; speed belongs to benchmarks/."""

from hypothesis import HealthCheck, settings

settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")
