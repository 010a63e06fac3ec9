"""Several independent reads in one request."""
