"""What every room knows: values, events, errors, settings and limits. No torch, and little I/O."""
