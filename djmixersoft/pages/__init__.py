"""What the pages of the site and those of the desk have in common; neither knows the other."""
