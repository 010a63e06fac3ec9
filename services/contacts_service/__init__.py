"""Who customers are: people, companies, how to reach them, and the files they come from.

Owns: contacts, companies, imports.
Events out: contacts.contact.{created,updated,deleted,restored,snapshot,tombstone}.v1,
contacts.company.{created,updated,deleted,restored,snapshot,tombstone}.v1, contacts.import.completed.v1.
Events in: none yet.
"""
