"""Streamlit components of our own (Components v2); their html, css and js lie in assets/components."""
