"""Rules that the tables of a network must keep, each a function with the rule's name."""
