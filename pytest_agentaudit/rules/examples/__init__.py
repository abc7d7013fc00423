"""The examples of rules that have many: they stand apart, so that no audit loads them."""
