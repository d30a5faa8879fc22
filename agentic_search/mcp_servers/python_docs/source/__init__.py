"""Python source without running it: modules flow in; definitions under their public names flow out."""
