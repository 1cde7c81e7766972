"""Scenarios as people and scripts write them: files, dicts, phrases, calls, families."""
