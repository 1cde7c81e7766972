"""How sure an answer is, and which inputs make it so."""
