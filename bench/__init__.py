"""How fast, how prompt and how large: beside bare writes, beside a known peer, and against the goals."""
