"""One module per source, each with a `SOURCE`. `ingestors.registry` finds it here; nothing else is needed."""
