"""What tests of every service share. For tests only."""
