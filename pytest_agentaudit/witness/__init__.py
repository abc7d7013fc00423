"""What the run itself shows: outcomes, changed line x test, and whether it was the whole suite."""
