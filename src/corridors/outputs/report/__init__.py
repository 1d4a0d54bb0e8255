"""A briefing folder: one content, written as pages, tables and documents."""
