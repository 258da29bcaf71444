"""The rules of collecting: pure, without clock, random ids or I/O."""
