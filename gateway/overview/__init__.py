"""One answer out of several services."""
