"""Who customers are: people, companies, how to reach them, and the files they come from.

Owns: contacts, companies, imports, consents and their purposes, suppressed addresses, topics and subscriptions,
preference links.
Events out: contacts.contact.{created,updated,deleted,restored,snapshot,tombstone}.v1,
contacts.company.{created,updated,deleted,restored,snapshot,tombstone}.v1, contacts.import.completed.v1,
contacts.consent.changed.v1, contacts.do_not_contact.changed.v1, contacts.consent_purpose.changed.v1,
contacts.subscription.changed.v1, contacts.topic.{changed,deleted}.v1.
Events in: none yet.
"""
