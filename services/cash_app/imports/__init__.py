"""Files and deposit slips on their way in: received, read, checked, posted."""
