"""Which calls wait for somebody's word, what is told of one that waits, and the word itself. Data only."""
