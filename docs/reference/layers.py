"""Golden values of crates/layers.

    pip install numpy torch
    python docs/reference/layers.py > crates/layers/tests/goldens/layers.json

Everything is float64. "textbook" values come from the formulas below, written from the book and the
papers in NumPy, element by element where that is clearer; "torch" values from PyTorch, whose own
conventions (batch norm's momentum and variance, the losses' factors) are kept: the tests say what
they come to. Parameters are in PyTorch's layout: (n_out, n_in), (filters, channels, height, width).
"""
import json
import math
import platform

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# A case that is added takes a generator of its own: from this one it would shift all that follow.
rng = np.random.default_rng(6)


# Activations: name -> (f, f', the same in PyTorch)
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def normal_cdf(x):
    return np.vectorize(lambda v: 0.5 * math.erfc(-v / math.sqrt(2)))(x)


def normal_pdf(x):
    return np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


ACTIVATIONS = {
    "relu": (lambda x: np.maximum(x, 0), lambda x: np.where(x > 0, 1.0, 0.0), F.relu),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), torch.sigmoid),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2, torch.tanh),
    "leaky-relu": (lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, 1.0, 0.01),
                   F.leaky_relu),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.where(x > 0, 1.0, np.exp(x)),
            F.elu),
    "gelu": (lambda x: x * normal_cdf(x), lambda x: normal_cdf(x) + x * normal_pdf(x), F.gelu),
    "silu": (lambda x: x * sigmoid(x),
             lambda x: sigmoid(x) + x * sigmoid(x) * sigmoid(-x), F.silu),
}


# Layers: forward and backward of a batch. Each returns (y, dx, [gradient of each parameter]).
def affine(x, dy, weight, bias):
    return x @ weight.T + bias, dy @ weight, [dy.T @ x, dy.sum(axis=0)]


def places(x, window, fill):
    """The padded images and the size of the output."""
    height, width, stride, pad = window
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], constant_values=fill)
    rows = (padded.shape[2] - height) // stride + 1
    columns = (padded.shape[3] - width) // stride + 1
    return padded, rows, columns


def crop(padded, pad):
    return padded[:, :, pad:padded.shape[2] - pad, pad:padded.shape[3] - pad]


def convolution(x, dy, weight, bias, window):
    """The sum over each window, one output pixel at a time."""
    height, width, stride, pad = window
    padded, rows, columns = places(x, window, 0.0)
    y = np.zeros((len(x), len(weight), rows, columns))
    d_padded, d_weight = np.zeros_like(padded), np.zeros_like(weight)
    for n, f, i, j in np.ndindex(*y.shape):
        patch = np.s_[n, :, i * stride:i * stride + height, j * stride:j * stride + width]
        y[n, f, i, j] = np.sum(padded[patch] * weight[f]) + bias[f]
        d_padded[patch] += dy[n, f, i, j] * weight[f]
        d_weight[f] += dy[n, f, i, j] * padded[patch]
    return y, crop(d_padded, pad), [d_weight, dy.sum(axis=(0, 2, 3))]


def max_pooling(x, dy, window):
    height, width, stride, pad = window
    padded, rows, columns = places(x, window, -np.inf)
    y, d_padded = np.zeros((*x.shape[:2], rows, columns)), np.zeros_like(padded)
    for n, c, i, j in np.ndindex(*y.shape):
        patch = padded[n, c, i * stride:i * stride + height, j * stride:j * stride + width]
        k, l = np.unravel_index(np.argmax(patch), patch.shape)
        y[n, c, i, j] = patch[k, l]
        d_padded[n, c, i * stride + k, j * stride + l] += dy[n, c, i, j]
    return y, crop(d_padded, pad), []


class BatchNorm:
    """The book's, over axis 0 (or over all but axis 1); backward node by node as the book draws it."""

    def __init__(self, gamma, beta, eps=1e-6, momentum=0.9):
        self.gamma, self.beta, self.eps, self.momentum = gamma, beta, eps, momentum
        self.mean, self.var = np.zeros_like(gamma), np.zeros_like(gamma)

    def forward(self, x):
        self.xc = x - x.mean(axis=0)
        var = np.mean(self.xc**2, axis=0)
        self.std = np.sqrt(var + self.eps)
        self.xn = self.xc / self.std
        self.mean = self.momentum * self.mean + (1 - self.momentum) * x.mean(axis=0)
        self.var = self.momentum * self.var + (1 - self.momentum) * var
        return self.gamma * self.xn + self.beta

    def evaluate(self, x):
        return self.gamma * (x - self.mean) / np.sqrt(self.var + self.eps) + self.beta

    def backward(self, dy):
        n = len(dy)
        self.grads = [np.sum(dy * self.xn, axis=0), dy.sum(axis=0)]
        dxn = self.gamma * dy
        dxc = dxn / self.std
        dvar = 0.5 * -np.sum(dxn * self.xc / self.std**2, axis=0) / self.std
        dxc = dxc + 2 / n * self.xc * dvar
        return dxc - dxc.sum(axis=0) / n


def flat(array):
    return [float(v) for v in np.asarray(array).ravel()]


def result(y, dx, grads):
    return {"y": flat(y), "dx": flat(dx), "grads": [flat(g) for g in grads]}


def with_torch(f, x, dy, params):
    """y, dx and the gradients of f(x, *params) by autograd."""
    x, *params = (torch.tensor(a, requires_grad=True) for a in (x, *params))
    y = f(x, *params)
    y.backward(torch.tensor(dy))
    return result(y.detach(), x.grad, [p.grad for p in params])


def case(name, x, dy, params, textbook, torch_function, **shape):
    return {"name": name, "batch": len(x), **shape, "x": flat(x), "dy": flat(dy),
            "params": [flat(p) for p in params],
            "textbook": result(*textbook), "torch": with_torch(torch_function, x, dy, params)}


def layer_cases():
    x, dy = rng.normal(size=(4, 5)), rng.normal(size=(4, 3))
    params = [rng.normal(size=(3, 5)), rng.normal(size=3)]
    cases = [case("affine", x, dy, params, affine(x, dy, *params), F.linear)]

    x = np.concatenate([rng.normal(size=(3, 6)) * 2, [[0.0, -6.0, 6.0, 0.5, -0.5, 1e-3]]])
    dy = rng.normal(size=x.shape)
    for name, (value, slope, torch_function) in ACTIVATIONS.items():
        textbook = (value(x), dy * slope(x), [])
        cases.append(case(name, x, dy, [], textbook, torch_function))

    # (height, width, stride, pad)
    for image, filters, window in [((2, 5, 4), 3, (3, 2, 1, 1)), ((1, 7, 7), 2, (3, 3, 2, 0)),
                                   ((3, 4, 4), 2, (2, 2, 2, 1)), ((2, 3, 3), 4, (1, 1, 1, 0))]:
        height, width, stride, pad = window
        x = rng.normal(size=(2, *image))
        params = [rng.normal(size=(filters, image[0], height, width)), rng.normal(size=filters)]
        y = F.conv2d(torch.tensor(x), torch.tensor(params[0]), stride=stride, padding=pad)
        dy = rng.normal(size=y.shape)
        cases.append(case("convolution", x, dy, params, convolution(x, dy, *params, window),
                          lambda x, w, b: F.conv2d(x, w, b, stride=stride, padding=pad),
                          image=image, window=window))

    for image, window in [((2, 4, 6), (2, 2, 2, 0)), ((1, 5, 5), (3, 3, 1, 1)),
                          ((2, 5, 5), (3, 3, 2, 1))]:
        height, width, stride, pad = window
        x = np.round(2 * rng.normal(size=(2, *image)))  # with ties, where the first place wins
        pool = lambda x: F.max_pool2d(x, (height, width), stride, pad)
        dy = rng.normal(size=pool(torch.tensor(x)).shape)
        cases.append(case("max_pooling", x, dy, [], max_pooling(x, dy, window), pool,
                          image=image, window=window))
    return cases


def batch_norm_case(name, x_shape, image=None):
    """Three training batches, then an evaluation; `image` normalises each channel."""
    features = x_shape[1]
    gamma, beta = rng.normal(size=features), rng.normal(size=features)
    rows = lambda a: np.moveaxis(a, 1, -1).reshape(-1, features)  # a value of a channel a row
    images = lambda a: np.moveaxis(a.reshape(x_shape[0], *x_shape[2:], features), -1, 1)
    ours = BatchNorm(gamma, beta)
    theirs = (nn.BatchNorm2d if image else nn.BatchNorm1d)(features, eps=1e-6, momentum=0.1)
    defaults = type(theirs)(features)
    for norm in (theirs, defaults):
        norm.load_state_dict({"weight": torch.tensor(gamma), "bias": torch.tensor(beta)},
                             strict=False)
    x_eval = rng.normal(size=x_shape) * 2 + 1
    steps = []
    before = flat(images(ours.evaluate(rows(x_eval))))
    for t in range(3):
        x, dy = rng.normal(size=x_shape) * (t + 1) + t, rng.normal(size=x_shape)
        y, dx = images(ours.forward(rows(x))), images(ours.backward(rows(dy)))
        theirs.zero_grad()
        x_torch = torch.tensor(x, requires_grad=True)
        y_torch = theirs(x_torch)
        y_torch.backward(torch.tensor(dy))
        steps.append({
            "x": flat(x), "dy": flat(dy),
            "textbook": result(y, dx, ours.grads),
            "running": [flat(ours.mean), flat(ours.var)],
            "torch": result(y_torch.detach(), x_torch.grad, [theirs.weight.grad, theirs.bias.grad]),
            "torch_running": [flat(theirs.running_mean), flat(theirs.running_var)],
            "torch_default_eps_y": flat(defaults(torch.tensor(x)).detach()),
        })
    theirs.eval()
    return {"name": name, "batch": x_shape[0], "image": image, "params": [flat(gamma), flat(beta)],
            "steps": steps, "x_eval": flat(x_eval), "y_eval_before": before,
            "y_eval": flat(images(ours.evaluate(rows(x_eval)))),
            "torch_y_eval": flat(theirs(torch.tensor(x_eval)).detach())}


def dropout_case(ratio=0.3):
    """What evaluation gives, and what training gives for the units that it keeps."""
    x = rng.normal(size=(4, 5))
    kept = np.full_like(x, np.nan)  # of PyTorch, collected over passes that keep different units
    torch.manual_seed(0)
    while np.isnan(kept).any():
        y = F.dropout(torch.tensor(x), ratio, training=True).numpy()
        kept = np.where(y != 0, y, kept)
    return {"ratio": ratio, "batch": len(x), "x": flat(x),
            "textbook": {"kept": flat(x), "eval": flat(x * (1 - ratio))},
            "torch": {"kept": flat(kept),
                      "eval": flat(F.dropout(torch.tensor(x), ratio, training=False))}}


# Losses of a batch of scores y and rows of targets t: the loss and its gradient by y.
def softmax(y):
    e = np.exp(y - y.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(y, t):
    """The book's: 1e-7 inside the logarithm, but not in the gradient."""
    return -np.sum(t * np.log(softmax(y) + 1e-7)) / len(y), (softmax(y) - t) / len(y)


def exact_cross_entropy(y, t):
    log_p = y - y.max(axis=1, keepdims=True)
    log_p = log_p - np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    return -np.sum(t * log_p) / len(y), (softmax(y) - t) / len(y)


def mean_squared_error(y, t):
    return 0.5 * np.sum((y - t) ** 2) / len(y), (y - t) / len(y)


def book_loss_in_torch(y, t):
    return -torch.sum(t * torch.log(torch.softmax(y, 1) + 1e-7)) / len(y)


def loss_case(name, y, t, labels, textbook, torch_function):
    y_torch = torch.tensor(y, requires_grad=True)
    loss = torch_function(y_torch, torch.tensor(t))
    loss.backward()
    as_dict = lambda loss, gradient: {"loss": float(loss), "gradient": flat(gradient)}
    return {"name": name, "batch": len(y), "scores": flat(y), "targets": flat(t), "labels": labels,
            "textbook": as_dict(*textbook(y, t)), "torch": as_dict(loss.detach(), y_torch.grad)}


def loss_cases():
    y = rng.normal(size=(5, 4)) * 3
    y[4] = [9.0, -6.0, 0.0, 1.0]
    labels = [0, 3, 2, 2, 1]  # the last row is 15 away from its label
    one_hot = np.eye(4)[labels]
    soft = softmax(rng.normal(size=y.shape))
    numbers = rng.normal(size=y.shape)
    return [
        loss_case("cross entropy", y, one_hot, labels, cross_entropy, book_loss_in_torch),
        loss_case("cross entropy", y, soft, None, cross_entropy, book_loss_in_torch),
        loss_case("exact cross entropy", y, one_hot, labels, exact_cross_entropy, F.cross_entropy),
        loss_case("exact cross entropy", y, soft, None, exact_cross_entropy, F.cross_entropy),
        loss_case("mean squared error", y, numbers, None, mean_squared_error, F.mse_loss),
    ]


# Whole networks: 6-5-4-3, ten steps of SGD.
STEPS, RATE = 10, 0.1


class Network:
    """Affine -> [batch norm] -> ReLU twice, affine; the book's loss and weight decay."""

    def __init__(self, weights, biases, batch_norm, decay):
        self.weights, self.biases, self.decay = weights, biases, decay
        norms = [BatchNorm(np.ones(len(b)), np.zeros(len(b))) for b in biases[:-1]]
        self.norms = norms if batch_norm else []

    def params(self):
        """In the order of the layers."""
        ordered = []
        for i, (w, b) in enumerate(zip(self.weights, self.biases)):
            ordered += [w, b]
            if self.norms and i < 2:
                ordered += [self.norms[i].gamma, self.norms[i].beta]
        return ordered

    def gradient(self, x, t):
        inputs, before_relu = [], []
        for i, (w, b) in enumerate(zip(self.weights, self.biases)):
            inputs.append(x)
            x = x @ w.T + b
            if i < 2:
                x = self.norms[i].forward(x) if self.norms else x
                before_relu.append(x)
                x = np.maximum(x, 0)
        loss, d = cross_entropy(x, t)
        grads = []
        for i in reversed(range(3)):
            if i < 2:
                d = d * (before_relu[i] > 0)
                if self.norms:
                    d = self.norms[i].backward(d)
                    grads = [*self.norms[i].grads, *grads]
            grads = [d.T @ inputs[i] + self.decay * self.weights[i], d.sum(axis=0), *grads]
            d = d @ self.weights[i]
        return loss + 0.5 * self.decay * sum(np.sum(w**2) for w in self.weights), grads

    def evaluate(self, x):
        for i, (w, b) in enumerate(zip(self.weights, self.biases)):
            x = x @ w.T + b
            if i < 2:
                x = np.maximum(self.norms[i].evaluate(x) if self.norms else x, 0)
        return x


def textbook_network(weights, biases, batch_norm, decay, x, t):
    net = Network([w.copy() for w in weights], [b.copy() for b in biases], batch_norm, decay)
    losses = []
    for step in range(STEPS):
        loss, grads = net.gradient(x, t)
        losses.append(float(loss))
        if step == 0:
            first = [flat(g) for g in grads]
        for p, g in zip(net.params(), grads):
            p -= RATE * g
    return {"losses": losses, "grads": first, "params": [flat(p) for p in net.params()],
            "running": [flat(a) for n in net.norms for a in (n.mean, n.var)],
            "scores": flat(net.evaluate(x))}


def torch_network(weights, biases, batch_norm, decay, x, t):
    layers = []
    for i, (w, b) in enumerate(zip(weights, biases)):
        layers.append(nn.Linear(*w.T.shape))
        layers[-1].load_state_dict({"weight": torch.tensor(w), "bias": torch.tensor(b)})
        if i < 2:
            layers += [nn.BatchNorm1d(len(w), eps=1e-6)] * batch_norm + [nn.ReLU()]
    net = nn.Sequential(*layers)
    groups = [{"params": [m.weight for m in net if isinstance(m, nn.Linear)], "weight_decay": decay},
              {"params": [p for m in net for p in m.parameters()
                          if not (isinstance(m, nn.Linear) and p is m.weight)]}]
    optimizer = torch.optim.SGD(groups, lr=RATE)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(torch.tensor(x)), torch.tensor(t))
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            first = [flat(p.grad) for p in net.parameters()]  # PyTorch adds the decay in the step
        optimizer.step()
    return {"losses": losses, "grads": first, "params": [flat(p.detach()) for p in net.parameters()]}


def network_cases():
    sizes, n = [6, 5, 4, 3], 8
    weights = [rng.normal(size=(o, i)) * np.sqrt(2 / i) for i, o in zip(sizes, sizes[1:])]
    biases = [0.1 * rng.normal(size=o) for o in sizes[1:]]
    x, labels = rng.normal(size=(n, 6)), [int(v) for v in rng.integers(0, 3, size=n)]
    t = np.eye(3)[labels]
    cases = []
    for batch_norm in (False, True):
        for decay in (0.0, 0.1):
            settings = (weights, biases, batch_norm, decay, x, t)
            cases.append({"batch_norm": batch_norm, "decay": decay,
                          "textbook": textbook_network(*settings), "torch": torch_network(*settings)})
    return {"rate": RATE, "x": flat(x), "labels": labels,
            "start": [flat(p) for pair in zip(weights, biases) for p in pair], "cases": cases}


def main():
    torch.set_default_dtype(torch.float64)
    x = np.linspace(-6, 6, 25)
    golden = {
        "script": "docs/reference/layers.py",
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__},
        "layers": layer_cases(),
        "batch_norm": [batch_norm_case("a feature at a time", (5, 4)),
                       batch_norm_case("a channel at a time", (3, 2, 2, 3), image=(2, 2, 3))],
        "dropout": dropout_case(),
        "losses": loss_cases(),
        "networks": network_cases(),
        "torch_tanh_gelu": {"x": flat(x), "y": flat(F.gelu(torch.tensor(x), approximate="tanh"))},
    }
    # One line a case: readable differences, and a tenth of the lines of indent=1.
    text = json.dumps(golden)
    for key in ('"layers": ', '"batch_norm": [', '"dropout": ', '"losses": ', '"networks": ',
                '"torch_tanh_gelu": ', '{"name": ', '{"batch_norm": '):
        text = text.replace(key, "\n" + key)
    print(text)


main()
