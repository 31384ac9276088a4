"""``python -m shiftdemo``."""

from shiftdemo.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
