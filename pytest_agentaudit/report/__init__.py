"""One renderer per format: a Verdict and a stream. `targets` say which format goes where."""
