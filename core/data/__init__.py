"""Pictures in: safe unpacking, decoding, classes, splits, pixels, variations and built-in examples."""
