"""Checkpoints: plain safetensors, written under another name first. No pickle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

CHECKPOINT = "checkpoint.safetensors"
WEIGHTS = "reader.safetensors"


@dataclass(frozen=True, slots=True)
class State:
    """What resuming needs: everything else follows from the step and the seed."""

    step: int
    seconds: float
    weights: Tensor
    moments: Tensor


def save_state(out: Path, state: State, reader: nn.Module) -> None:
    """Write the checkpoint, and the weights by name for exporting."""
    facts = {"state": json.dumps({"step": state.step, "seconds": state.seconds})}
    tensors = {"weights": state.weights.cpu(), "moments": state.moments.cpu()}
    _write(out / CHECKPOINT, tensors, facts)
    named = {name: value.detach().cpu().clone() for name, value in reader.state_dict().items()}
    _write(out / WEIGHTS, named, {"step": str(state.step)})


def load_state(out: Path) -> State | None:
    """The last checkpoint of this folder, None when there is none."""
    path = out / CHECKPOINT
    if not path.is_file():
        return None
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()["state"])
        return State(facts["step"], facts["seconds"], file.get_tensor("weights"), file.get_tensor("moments"))


def _write(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    part = path.with_suffix(".part")
    save_file({name: value.contiguous() for name, value in tensors.items()}, part, metadata=metadata)
    part.replace(path)
