"""One server's entry flows in, as its host writes it; a ServerConfig flows out, or why it cannot be used."""
