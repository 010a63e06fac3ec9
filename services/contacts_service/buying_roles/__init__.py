"""Who has what to say when a company buys."""
