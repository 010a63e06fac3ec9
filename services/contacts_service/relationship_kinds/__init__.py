"""What one party can be to another: kinds that everybody has, and those that a tenant adds."""
