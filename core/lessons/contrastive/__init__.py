"""The parts of the lesson on contrastive learning, one idea a file."""
