"""Markets: several sellers that a demand may buy from, or several outlets that take its cargo."""
