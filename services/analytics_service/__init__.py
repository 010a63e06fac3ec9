"""What we learn about customers from what happens with them: features of each customer, and trends.

Owns: nothing; all of it can be made again from events.
Projections: features (contacts, orders, interactions).
Events out: analytics.{erasure,export}.completed.v1.
Events in: contacts.contact.*, interactions.order.*, interactions.interaction.*, contacts.{erasure,export}.requested.v1.
"""
