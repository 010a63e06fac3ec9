"""Who customers are: people, companies, how to reach them, and the files they come from.

Owns: contacts, companies, imports; teams, territories, assignment rules, absences, handovers.
Events out: contacts.contact.{created,updated,deleted,restored,snapshot,tombstone}.v1,
contacts.company.{created,updated,deleted,restored,snapshot,tombstone}.v1, contacts.import.completed.v1,
contacts.team.{created,updated,deleted,snapshot,tombstone}.v1, contacts.owner.changed.v1.
Events in: its own contacts.contact.created.v1, for contacts that are to be given an owner.
"""
