"""The parts of the lesson "Soft look-up", one file each."""
