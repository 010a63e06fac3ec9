"""The audit log: every fact that this service told, chained by hashes and never edited."""
