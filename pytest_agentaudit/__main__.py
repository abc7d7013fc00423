"""`python -m pytest_agentaudit` is `agentaudit`."""

from pytest_agentaudit.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
