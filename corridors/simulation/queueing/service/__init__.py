"""How a limit serves within a step: its curve of what comes and goes, and its queue."""
