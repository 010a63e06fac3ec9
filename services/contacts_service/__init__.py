"""Who customers are: people, companies, how to reach them, and the files they come from.

Owns: contacts, companies, imports, duplicates, merges.
Events out: contacts.contact.{created,updated,deleted,restored,merged,unmerged,snapshot,tombstone}.v1,
contacts.company.{created,updated,deleted,restored,snapshot,tombstone}.v1, contacts.import.completed.v1,
contacts.duplicate.found.v1.
Events in: its own of contacts, from which duplicates are found.
"""
