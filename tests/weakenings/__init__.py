"""Hand-made weakenings and honest refactors of tests, as data: what the audit must find, and what it must leave alone.

To add one, add a `Case` to `weaker` or `refactored`: a title, the tests before and after. Imports are written for it.
"""
