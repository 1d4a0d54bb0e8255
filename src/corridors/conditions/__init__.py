"""What is different from an ordinary week: terms, seasons, prices, dated conditions.

All of it acts in two ways only: on parameter rows (another charge, or a factor) before they are
priced, and on a mask of what is shut or opened. Nothing downstream knows of a scenario.
"""
