"""The nouns every floor shares: plain frozen records that need only the standard library."""
