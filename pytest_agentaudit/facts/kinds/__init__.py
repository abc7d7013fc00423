"""What collectors and rules agree on: the kinds of occurrences, and the words in their details.

They stand apart from what collects them: rules read facts of files that an earlier audit has read, too.
"""
