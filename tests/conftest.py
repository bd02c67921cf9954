"""One thread for torch in each test process: the processes themselves already share the cores."""

from __future__ import annotations

import torch

torch.set_num_threads(1)
