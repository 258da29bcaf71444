"""How a service runs: it knows Kafka, PostgreSQL and HTTP, and nothing of any service."""
