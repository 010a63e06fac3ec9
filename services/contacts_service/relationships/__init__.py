"""Who belongs together, and how: people, families, households, companies, employers of today and of old."""
