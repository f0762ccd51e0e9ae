"""Memory bugs of the interpreter stay as they are: they harm whoever uses them."""
