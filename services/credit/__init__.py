"""Credit: who may buy how much, and which order is released."""
