"""Claims of papers that this program tries out: many small trainings each, kept one by one, and a file that ships with what came out."""
