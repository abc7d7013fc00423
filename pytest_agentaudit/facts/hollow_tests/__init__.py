"""What makes a test hollow, read function by function from the touched code of a test file."""
