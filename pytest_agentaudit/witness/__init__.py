"""What the run itself shows; lives in the pytest process."""
