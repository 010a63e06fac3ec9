"""Who customers are: people, companies, how to reach them, and the files they come from.

Owns: contacts, companies, imports, privacy requests.
Events out: contacts.contact.{created,updated,deleted,restored,snapshot,tombstone}.v1,
contacts.company.{created,updated,deleted,restored,snapshot,tombstone}.v1, contacts.import.completed.v1,
contacts.{erasure,export}.{requested,completed}.v1, contacts.contact.erased.v1, contacts.privacy_request.ended.v1.
Events in: {contacts,interactions,campaigns,analytics}.{erasure,export}.completed.v1.
"""
