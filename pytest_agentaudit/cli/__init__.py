"""The console script `agentaudit`."""
