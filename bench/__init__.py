"""How fast each service drains a backlog, beside the floor: the same writes by bare asyncpg on the same PostgreSQL."""
