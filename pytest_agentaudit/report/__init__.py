"""One renderer per format: a Verdict and a stream."""
