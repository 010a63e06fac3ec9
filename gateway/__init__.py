"""The only way in: who calls, what they may do, how much, and which service answers. Owns tenants, users and API keys.

Events out: users. Events in: none yet.
"""
