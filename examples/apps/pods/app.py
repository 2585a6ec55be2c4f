"""pods: the last in the chain. It needs nothing, and holds a secret that it never shows."""

import sys

from webapp import App, serve

APP = App(name="pods", secrets=("API_KEY",))

if __name__ == "__main__":
    sys.exit(serve(APP))
