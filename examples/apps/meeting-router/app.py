"""meeting-router: asks pods for every answer; reached from outside under /meetings."""

import sys

from webapp import App, serve

APP = App(name="meeting-router", paths=("/", "/meetings"), needs=("pods",))

if __name__ == "__main__":
    sys.exit(serve(APP))
