"""Build the page and serve it: `python app.py`."""

from demo.app import build, launch

demo = build()

if __name__ == "__main__":
    launch(demo)
