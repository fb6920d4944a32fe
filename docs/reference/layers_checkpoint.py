"""Networks that PyTorch trained and saved, for the tests of crates/layers.

    pip install numpy torch safetensors
    python docs/reference/layers_checkpoint.py crates/layers/tests/goldens

Writes torch_<network>.safetensors and, with an input and PyTorch's outputs for it in evaluation,
torch_<network>.json. Everything is float32.
"""
import json
import pathlib
import platform
import sys

import safetensors
import safetensors.torch
import torch
from torch import nn
from torch.nn import functional as F


class Flat(nn.Linear):
    """Linear on images; a Flatten layer of its own would shift the numbers in the names."""

    def forward(self, x):
        return super().forward(x.flatten(1))


def networks():
    mlp = nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5, eps=1e-6), nn.ReLU(),
                        nn.Linear(5, 4), nn.BatchNorm1d(4, eps=1e-6), nn.ReLU(), nn.Linear(4, 3))
    convolutional = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3, eps=1e-6),
                                  nn.ReLU(), nn.MaxPool2d(2), Flat(3 * 2 * 3, 3))
    return {"mlp": (mlp, (6,)), "convolutional": (convolutional, (2, 4, 6))}


def main(folder):
    torch.manual_seed(6)
    for name, (net, shape) in networks().items():
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for _ in range(20):
            x = torch.randn(16, *shape)
            labels = x.flatten(1)[:, :3].argmax(1)
            optimizer.zero_grad()
            F.cross_entropy(net(x), labels).backward()
            optimizer.step()
        net.eval()
        state = net.state_dict()
        assert "1.num_batches_tracked" in state
        safetensors.torch.save_file(state, folder / f"torch_{name}.safetensors")
        x = torch.randn(4, *shape)
        golden = {
            "script": "docs/reference/layers_checkpoint.py",
            "versions": {"python": platform.python_version(), "torch": torch.__version__,
                         "safetensors": safetensors.__version__},
            "x": x.flatten(1).tolist(),
            "y": net(x).tolist(),
        }
        (folder / f"torch_{name}.json").write_text(json.dumps(golden) + "\n")


main(pathlib.Path(sys.argv[1]))
