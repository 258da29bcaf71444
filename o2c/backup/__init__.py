"""Saving the stack as of one moment, bringing it back, and hearing once more what came in since."""
