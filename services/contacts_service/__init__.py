"""Who customers are: people, companies, how to reach them, what they own, and the files they come from.

Owns: contacts, companies and how they relate; duplicates and merges; imports and exports; consents and their purposes,
suppressed addresses, topics and subscriptions, preference links; tags, lists, lifecycle stages, quality; assets with
their readings, warranties, entitlements and due services; service policies and centres; teams, territories, assignment
rules, absences and handovers; privacy requests, history and the audit log.
Events out: docs/events/contacts.*.
Events in: interactions.order.*, {contacts,interactions,campaigns,analytics}.{erasure,export}.completed.v1, and its own
for the audit log, tags, quality, owners and duplicates.
"""
