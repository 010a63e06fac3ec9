"""What we offer customers: templates, campaigns and journeys; for now, whom they can reach.

Owns: nothing yet.
Projections: audiences (contacts).
Events out: campaigns.{erasure,export}.completed.v1.
Events in: contacts.contact.*, contacts.{erasure,export}.requested.v1.
"""
