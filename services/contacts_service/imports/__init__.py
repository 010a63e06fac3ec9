"""Contacts from files: bytes to rows (files), headings to fields (layouts), rows to contact values (rows)."""
