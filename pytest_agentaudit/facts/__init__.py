"""Facts read out of files, old and new, and their pairing."""
