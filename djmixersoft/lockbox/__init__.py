"""How somebody at the company gets to read Content: asked for, approved or told of, on record first, or not at all."""
