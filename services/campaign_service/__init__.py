"""What we offer customers: templates, campaigns and journeys; for now, whom they can reach.

Owns: nothing yet.
Projections: audiences (contacts).
Events out: none yet.
Events in: contacts.contact.*.
"""
