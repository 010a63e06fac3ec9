"""Every change of a contact or company: who, when, from what to what; and how a contact was at any moment."""
