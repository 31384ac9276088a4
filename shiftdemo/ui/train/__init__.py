"""The Train tab: arms side by side, live."""
