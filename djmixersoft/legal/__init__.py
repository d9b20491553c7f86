"""Legal process: what an authority demands, recorded by one, confirmed by another, limited, told of, on record."""
