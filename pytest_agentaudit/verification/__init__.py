"""`agentaudit verify`: the audit of a commit from outside. Its process runs nothing of the repository; the tests run in
a child, on a fresh copy of the commit, and what the child says of itself is checked against what is seen of it.
"""
