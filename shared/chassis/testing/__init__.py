"""What runs a service in a test."""
