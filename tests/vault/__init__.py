"""The vault: encryption against the library and others' vectors, blobs, keys, and the ways in and out."""
