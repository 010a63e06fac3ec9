"""What all services have about one person, as one file behind a signed link."""
