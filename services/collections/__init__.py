"""Collections: who is overdue, what they were told, what they promised, and what became of it."""
