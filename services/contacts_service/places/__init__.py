"""Where things are: positions, true distances, and what is near. No table of its own."""
