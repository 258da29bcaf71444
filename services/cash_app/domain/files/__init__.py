"""Readers of what banks, card acquirers and payers send: bytes in, one normal form out. Pure and bounded."""
