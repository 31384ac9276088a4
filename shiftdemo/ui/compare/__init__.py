"""The Compare tab: two models on the same sentences."""
