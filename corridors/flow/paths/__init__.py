"""The paths that the engine has seen, as columns, and how they are told apart and put in order."""
