"""The businesses that share this installation."""
