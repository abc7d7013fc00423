"""The policy: what the team demands of a change."""
