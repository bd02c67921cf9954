"""The laws that every exact test uses, with fixed numbers: a mixture, Gaussians of several covariances, one point."""

from __future__ import annotations

import torch

from genmodels.denoising.exact import EmpiricalDenoiser, GaussianDenoiser, MixtureDenoiser, PointMassDenoiser
from genmodels.schedules import NoiseSchedule

F64 = torch.float64

WEIGHTS = torch.tensor([0.5, 0.3, 0.2], dtype=F64)
MEANS = torch.tensor([[-1.0, 0.4], [0.9, 0.8], [0.3, -1.1]], dtype=F64)
COVARIANCES = torch.tensor(
    [[[0.09, 0.03], [0.03, 0.05]], [[0.04, -0.015], [-0.015, 0.12]], [[0.16, 0.0], [0.0, 0.0225]]], dtype=F64
)

GAUSSIANS = {  # name: (mean, covariance)
    "scalar": (torch.tensor([0.3], dtype=F64), torch.tensor([[0.25]], dtype=F64)),
    "round": (torch.tensor([0.5, -0.2], dtype=F64), 0.25 * torch.eye(2, dtype=F64)),
    "tilted": (torch.tensor([0.5, -0.2], dtype=F64), torch.tensor([[0.5, 0.3], [0.3, 0.4]], dtype=F64)),
    "needle": (torch.tensor([-0.4, 1.0], dtype=F64), torch.tensor([[1.0, 0.0], [0.0, 1e-4]], dtype=F64)),
    "flat": (torch.tensor([0.1, 0.2], dtype=F64), torch.tensor([[0.5, 0.5], [0.5, 0.5]], dtype=F64)),  # of rank one
    "space": (
        torch.tensor([0.1, -0.3, 0.7], dtype=F64),
        torch.tensor([[0.4, 0.1, 0.0], [0.1, 0.3, -0.05], [0.0, -0.05, 0.2]], dtype=F64),
    ),
}

POINT = torch.tensor([0.7, -0.4], dtype=F64)
POINTS = torch.tensor([[0.0, 0.0], [1.0, 0.2], [-0.6, 0.9], [0.4, -1.2], [-1.0, -0.5]], dtype=F64)


def mixture(schedule: NoiseSchedule) -> MixtureDenoiser:
    """Three anisotropic Gaussians in the plane."""
    return MixtureDenoiser(schedule, WEIGHTS, MEANS, COVARIANCES)


def gaussian(schedule: NoiseSchedule, name: str = "tilted") -> GaussianDenoiser:
    return GaussianDenoiser(schedule, *GAUSSIANS[name])


def point_mass(schedule: NoiseSchedule) -> PointMassDenoiser:
    return PointMassDenoiser(schedule, POINT)


def five_points(schedule: NoiseSchedule) -> EmpiricalDenoiser:
    return EmpiricalDenoiser(schedule, POINTS)
