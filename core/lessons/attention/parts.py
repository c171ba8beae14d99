"""The components of the stage. Their code reaches a browser together, with the first view: two of them are small."""

from core.ui.components.source import family

VIEW, WEIGHTS, STEPS = family("attention_view", "attention_weights", "attention_steps")
