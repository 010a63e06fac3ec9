"""Contacts that may be one person: found as they come, listed, dismissed. How people are recognised: `matching`."""
