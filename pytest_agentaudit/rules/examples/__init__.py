"""The examples of rules. They stand apart, so that no audit loads them: as much again as what judges."""
