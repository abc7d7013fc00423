"""The link between the run and the auditor process: messages, the channel, and how the auditor is started."""
