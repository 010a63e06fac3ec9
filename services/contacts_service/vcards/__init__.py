"""Address book cards (vCard): 4.0 out; 4.0, 3.0 and 2.1 in, which an import reads as a table."""
