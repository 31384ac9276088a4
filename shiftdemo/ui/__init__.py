"""The page. Importing this package imports neither Gradio nor torch."""
