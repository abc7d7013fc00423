"""What touches the machinery that runs the tests: hooks, exits, replaced functions, calls of coverage.py."""
