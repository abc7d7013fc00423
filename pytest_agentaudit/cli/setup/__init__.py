"""What `agentaudit init` sets up: a module for each kind of file. None writes: all edits are written at once."""
