"""The Attention tab: what each head attends to."""
