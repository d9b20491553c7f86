"""What the desk's templates ask for by themselves."""
