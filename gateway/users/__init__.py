"""People who sign in, and what their roles allow."""
