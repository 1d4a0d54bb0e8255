"""The network and answers in the formats of other tools, and tables back from them."""
