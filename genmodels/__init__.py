"""The mathematics and the models of generative pictures; knows no user interface."""

__version__ = "0.1.0"
