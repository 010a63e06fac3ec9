"""What two services need today and what holds no business word."""
