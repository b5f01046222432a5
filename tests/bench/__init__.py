"""How fast Paperboy is, beside others: `make bench`. Asserts no time."""
