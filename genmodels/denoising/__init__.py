"""Denoisers: what splits a noisy x into data and noise, learned or exact, and what is made of them."""

from __future__ import annotations

from genmodels.denoising.conditioned import Conditioned
from genmodels.denoising.estimate import Denoiser, Estimate, given_x0
from genmodels.denoising.exact import (
    EmpiricalDenoiser,
    ExactDenoiser,
    GaussianDenoiser,
    MixtureDenoiser,
    PointMassDenoiser,
)
from genmodels.denoising.guidance import APG, Guided
from genmodels.denoising.limits import Clipped, DynamicThreshold
from genmodels.denoising.parameterization import PARAMETERIZATIONS, Parameterization, edm
from genmodels.denoising.rescheduled import Mismatched, Rescheduled

__all__ = [
    "APG",
    "PARAMETERIZATIONS",
    "Clipped",
    "Conditioned",
    "Denoiser",
    "DynamicThreshold",
    "EmpiricalDenoiser",
    "Estimate",
    "ExactDenoiser",
    "GaussianDenoiser",
    "Guided",
    "Mismatched",
    "MixtureDenoiser",
    "Parameterization",
    "PointMassDenoiser",
    "Rescheduled",
    "edm",
    "given_x0",
]
