"""Work spread over processes, and files from which it is taken up again."""
