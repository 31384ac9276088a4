#!/bin/sh
# Makes sure that there is a Chromium for the browser tests: the one that is there, else
# Debian's (as root), else Playwright's, else one sentence that says what to do.
for name in "$CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable; do
  [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests …"
  apt-get update -qq >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null 2>&1 && exit 0
fi
"$PYTHON" - <<'PY' && exit 0
import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not os.path.exists(p.chromium.executable_path))
PY
"$PYTHON" -m playwright install chromium && exit 0
echo "The browser tests need Chromium: install it (Debian: apt-get install chromium; else" \
  "playwright install chromium) or name it with CHROMIUM=/path/to/chromium." >&2
exit 1
