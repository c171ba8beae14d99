"""The parts of the lesson on word vectors, one idea a file."""
