"""Contacts from files: headings to fields (layouts), rows to contact values (rows), values to contacts (chunks)."""
