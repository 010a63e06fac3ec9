"""Who customers are: people, companies, how to reach them, what they own, and the files they come from.

Owns: contacts, companies, imports; assets with their readings, warranties, entitlements and due services; service
policies and centres.
Events out: contacts.contact.{created,updated,deleted,restored,snapshot,tombstone}.v1,
contacts.company.{created,updated,deleted,restored,snapshot,tombstone}.v1, contacts.import.completed.v1,
contacts.asset.{created,updated,deleted}.v1, contacts.warranty.{registered,expiring}.v1, contacts.service.due.v1,
contacts.centre.recommended.v1.
Events in: none yet.
"""
