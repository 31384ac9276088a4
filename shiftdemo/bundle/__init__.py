"""A trained arm for others: a zip or a repository on the hub, with its card and figures."""
