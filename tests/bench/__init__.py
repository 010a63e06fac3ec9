"""What the system does in numbers: `make bench`. It reports and judges nothing."""
