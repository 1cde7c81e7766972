"""The tables of a network: their schema, how a folder is read and checked, and their sources."""
