"""What each command of the console script takes. Light: nothing of the audit is imported to print a help page."""
