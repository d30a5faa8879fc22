"""How this system is set up flows in; what is wrong with it, and what mends it, flows out."""
