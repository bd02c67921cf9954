"""Denoisers: what splits a noisy x into data and noise, learned or exact, and what is made of them."""

from __future__ import annotations

from genmodels.denoising.estimate import Denoiser, Estimate
from genmodels.denoising.exact import (
    EmpiricalDenoiser,
    ExactDenoiser,
    GaussianDenoiser,
    MixtureDenoiser,
    PointMassDenoiser,
)
from genmodels.denoising.parameterization import PARAMETERIZATIONS, Parameterization, edm

__all__ = [
    "PARAMETERIZATIONS",
    "Denoiser",
    "EmpiricalDenoiser",
    "Estimate",
    "ExactDenoiser",
    "GaussianDenoiser",
    "MixtureDenoiser",
    "Parameterization",
    "PointMassDenoiser",
    "edm",
]
