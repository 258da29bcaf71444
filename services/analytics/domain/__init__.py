"""What receivables figures mean: pure, from what was heard of items and cash."""
