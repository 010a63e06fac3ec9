"""What `make run` uses: an embedded PostgreSQL, its databases, an optional Kafka, and a runner for all processes."""
