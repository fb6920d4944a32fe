"""Loads a network that this crate saved into the same layers of PyTorch and compares the outputs.

    python3 load_in_torch.py <folder>/<network>

tests/it/interop.rs runs this after writing <network>.safetensors and, with inputs and outputs,
<network>.json. experiments/interop/torch/run.sh installs what is needed and runs that test.
"""
import json
import pathlib
import sys

import safetensors.torch
import torch
from torch import nn


class Flat(nn.Linear):
    """Linear on images; a separate Flatten layer would shift the numbers in the names."""

    def forward(self, x):
        return super().forward(x.flatten(1))


def network(name):
    """The layers of tests/it/interop.rs, and the shape of one input."""
    if name == "mlp":
        hidden = lambda i, o: [nn.Linear(i, o), nn.BatchNorm1d(o, eps=1e-6), nn.ReLU(), nn.Dropout(0.2)]
        return nn.Sequential(*hidden(6, 5), *hidden(5, 4), nn.Linear(4, 3)), (6,)
    return nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3, eps=1e-6), nn.ReLU(),
                         nn.MaxPool2d(2), Flat(3 * 2 * 3, 3)), (2, 4, 6)


def main(stem):
    net, shape = network(stem.name)
    state = safetensors.torch.load_file(stem.with_suffix(".safetensors"))
    missing, unexpected = net.load_state_dict(state, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        sys.exit(f"{stem.name}: names differ: missing {missing}, unexpected {unexpected}")
    golden = json.loads(stem.with_suffix(".json").read_text())
    net.eval()
    with torch.no_grad():
        y = net(torch.tensor(golden["x"]).reshape(-1, *shape))
    difference = (y - torch.tensor(golden["y"])).abs().max().item()
    print(f"{stem.name}: torch {torch.__version__}, largest difference {difference:.1e} of outputs "
          f"up to {y.abs().max().item():.2f}")
    if not difference <= 1e-5:
        sys.exit(f"{stem.name}: outputs differ by {difference}")


main(pathlib.Path(sys.argv[1]))
