"""Waiting where a limit is not full on average.

`steady` has the closed forms, `course` what a queue is in the course of time; the second
compiles kernels, so each is imported by its own name.
"""
