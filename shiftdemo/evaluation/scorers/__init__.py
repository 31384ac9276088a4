"""What is counted in a sentence, one file a family of scores."""
