"""The business rules of credit: pure, no I/O, no clock."""
