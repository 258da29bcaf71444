"""From a customer's order to an invoice in the books: pure rules over values and contracts."""
