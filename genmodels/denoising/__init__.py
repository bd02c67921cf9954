"""Denoisers: what splits a noisy x into data and noise, learned or exact, and what is made of them."""

from __future__ import annotations

from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.denoising.parameterization import PARAMETERIZATIONS, Parameterization, edm

__all__ = ["PARAMETERIZATIONS", "Denoiser", "Estimate", "Parameterization", "edm"]
