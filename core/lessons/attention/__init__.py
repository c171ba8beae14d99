"""The parts of the lesson on attention, one file each."""
