"""The standard library is shown as it is."""
