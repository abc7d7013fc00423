"""What the run itself shows: outcomes, changed line x test, and whether it was the whole suite."""

WORKER_KEY = "agentaudit"
"""Our entry in xdist's `workerinput` and `workeroutput`."""
