"""What happens with customers: calls, notes and visits, their orders, and one timeline of it all.

Owns: interactions, orders, order imports.
Events out: interactions.interaction.{logged,updated,deleted,restored,snapshot,tombstone}.v1,
interactions.order.{placed,changed,cancelled,deleted,restored,snapshot,tombstone}.v1,
interactions.{erasure,export}.completed.v1.
Events in: contacts.contact.*, contacts.{erasure,export}.requested.v1.
"""
