"""Answers: corridors compared, with their spread, their reasons and their evidence."""
