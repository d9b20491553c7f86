"""Mail that the products need."""
