"""The rules of account status."""
