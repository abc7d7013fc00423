"""What coding agents send to their hooks, and which answers they understand."""
