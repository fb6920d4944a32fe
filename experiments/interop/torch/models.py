"""Networks that --save-model kept, in PyTorch: their outputs on the test images beside ours; see run.sh.

    python3 models.py FOLDER_OF_MNIST MODEL.safetensors …

MODEL.scores is what the example `scores` wrote. The layers come from the file's metadata.
"""
import gzip
import pathlib
import sys

import numpy as np
import torch
from safetensors import safe_open
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "elu": nn.ELU, "silu": nn.SiLU,
               "gelu": nn.GELU, "leaky-relu": nn.LeakyReLU}


class ScaledDropout(nn.Dropout):
    """The book's: evaluation multiplies by 1 - ratio."""

    def __init__(self, ratio, scale):
        super().__init__(ratio)
        self.scale = scale

    def forward(self, x):
        return super().forward(x) if self.training else x * self.scale


def layer(place, description, tensors):
    name, *settings = description.split(" ")
    settings = {key: float(value) for key, value in (setting.split("=") for setting in settings)}
    if name == "affine":
        n_out, n_in = tensors[f"{place}.weight"].shape
        return nn.Linear(n_in, n_out)
    if name == "batch_norm":
        return nn.BatchNorm1d(len(tensors[f"{place}.weight"]), eps=settings["eps"])
    if name == "dropout":
        return ScaledDropout(settings["ratio"], settings["scale"])
    return ACTIVATIONS[name]()


def idx(folder, name, header):
    for path in (folder / f"{name}.gz", folder / name):
        if path.exists():
            data = (gzip.open if path.suffix == ".gz" else open)(path, "rb").read()
            return np.frombuffer(data, np.uint8, offset=header)
    sys.exit(f"{folder}: no {name}")


def load(model):
    with safe_open(model, "pt") as file:
        layers = file.metadata()["layers"].split(", ")
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    net = nn.Sequential(*(layer(i, text, tensors) for i, text in enumerate(layers)))
    missing, unexpected = net.load_state_dict(tensors, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        sys.exit(f"{model}: names differ: missing {missing}, unexpected {unexpected}")
    return net.eval()


def main(folder, models):
    x = torch.tensor(idx(folder, "t10k-images-idx3-ubyte", 16).reshape(-1, 784).astype(np.float32) / 255)
    labels = torch.tensor(idx(folder, "t10k-labels-idx1-ubyte", 8).astype(np.int64))
    print(f"torch {torch.__version__}, {len(x)} images")
    differ = []
    for model in models:
        with torch.no_grad():
            theirs = load(model)(x)
        ours = torch.tensor(np.fromfile(model.with_suffix(".scores"), "<f4").reshape(-1, 10))
        difference = (theirs - ours).abs().max().item()
        accuracy = (theirs.argmax(1) == labels).float().mean().item()
        print(f"{model}: accuracy {accuracy:.4f}, outputs up to {ours.abs().max().item():.1f}, "
              f"largest difference {difference:.1e}")
        if not difference <= 1e-5 * max(1.0, ours.abs().max().item()):
            differ.append(str(model))
    if differ:
        sys.exit(f"outputs differ: {', '.join(differ)}")


main(pathlib.Path(sys.argv[1]), [pathlib.Path(model) for model in sys.argv[2:]])
