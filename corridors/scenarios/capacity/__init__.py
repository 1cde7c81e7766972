"""What limits and offers hold on one day, as rows of the program."""
