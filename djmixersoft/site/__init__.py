"""The pages for visitors and customers."""
