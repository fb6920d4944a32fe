"""ONNX files of two networks, built with ONNX's own package, for the tests of crates/layers.

    pip install onnx
    python docs/reference/layers_onnx.py crates/layers/tests/goldens

Writes onnx_f32.onnx and onnx_f64.onnx; the networks are those of crates/layers/tests/it/onnx.rs.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper


class Graph:
    """Nodes in a chain, and their constants."""

    def __init__(self, dtype):
        self.dtype, self.value, self.nodes, self.constants = dtype, "input", [], []

    def constant(self, name, values):
        values = np.asarray(values, getattr(values, "dtype", self.dtype))
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def parameter(self, name, *shape):
        least = 0.125 if name.endswith("running_var") else -0.75
        values = least + np.arange(np.prod(shape)) * 7 % 13 / 8
        return self.constant(name, values.astype(self.dtype).reshape(shape))

    def node(self, place, operator, *inputs, **attributes):
        """The output of a node, which is named after it."""
        name = f"{place}/{operator}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        return name

    def apply(self, place, operator, *inputs, **attributes):
        self.value = self.node(place, operator, self.value, *inputs, **attributes)

    def affine(self, place, inputs, outputs):
        parameters = self.parameter(f"{place}.weight", outputs, inputs), self.parameter(f"{place}.bias", outputs)
        self.apply(place, "Gemm", *parameters, transB=1)

    def batch_norm(self, place, channels):
        names = "weight", "bias", "running_mean", "running_var"
        parameters = [self.parameter(f"{place}.{name}", channels) for name in names]
        if self.dtype is np.float64:  # the attribute is a 32-bit float
            variance = numpy_helper.to_array(self.constants.pop()) + (1e-6 - float(np.float32(1e-6)))
            self.constant(parameters[-1], variance)
        self.apply(place, "BatchNormalization", *parameters, epsilon=1e-6)

    def replace_below_zero(self, place, below):
        is_below = self.node(place, "LessOrEqual", self.value, self.constant(f"{place}.zero", 0.0))
        self.value = self.node(place, "Where", is_below, below, self.value)

    def save(self, path, inputs, outputs):
        self.nodes[-1].output[0] = "output"
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        value = lambda name, shape: helper.make_tensor_value_info(name, kind, ["batch", *shape])
        graph = helper.make_graph(self.nodes, "network", [value("input", inputs)], [value("output", outputs)],
                                  self.constants)
        opset = onnx.OperatorSetIdProto(version=20)
        model = helper.make_model(graph, ir_version=9, producer_name="layers", opset_imports=[opset])
        onnx.checker.check_model(model, full_check=True)
        path.write_bytes(model.SerializeToString(deterministic=True))


def window(height, width, stride=1, pad=0):
    return dict(kernel_shape=[height, width], pads=[pad] * 4, strides=[stride, stride])


def single(path):
    graph = Graph(np.float32)
    convolution = graph.parameter("0.weight", 3, 2, 3, 3), graph.parameter("0.bias", 3)
    graph.apply("0", "Conv", *convolution, **window(3, 3, pad=1))
    graph.batch_norm("1", 3)
    graph.apply("2", "Relu")
    graph.apply("3", "MaxPool", **window(2, 2, stride=2))
    graph.apply("4.0", "AveragePool", count_include_pad=1, **window(2, 2, pad=1))
    sigmoid = graph.node("4.1", "Sigmoid", graph.value)
    graph.apply("4.1", "Mul", sigmoid)
    graph.apply("4.2", "Flatten")
    graph.affine("4.2", 36, 4)
    graph.batch_norm("4.3", 4)
    graph.apply("5", "LeakyRelu", alpha=0.01)
    graph.apply("6", "Elu", alpha=1.0)
    graph.apply("7", "Gelu")
    graph.apply("8", "Mul", graph.constant("8.scale", 0.75))
    graph.affine("9", 4, 3)
    graph.apply("10", "Tanh")
    graph.apply("11", "Sigmoid")
    graph.apply("softmax", "Softmax")
    graph.save(path, [2, 4, 6], [3])


def double(path):
    graph = Graph(np.float64)
    graph.apply("0", "Reshape", graph.constant("0.shape", np.array([0, 2, 6])))
    graph.batch_norm("0", 2)
    slope = graph.constant("1.slope", 0.01)
    graph.replace_below_zero("1", graph.node("1", "Mul", graph.value, slope))
    exponential = graph.node("2", "Exp", graph.value)
    difference = graph.node("2", "Sub", exponential, graph.constant("2.one", 1.0))
    alpha = graph.constant("2.alpha", 1.0)
    graph.replace_below_zero("2", graph.node("2", "Mul", difference, alpha))
    graph.apply("3", "Flatten")
    graph.affine("3", 12, 2)
    graph.save(path, [12], [2])


folder = pathlib.Path(sys.argv[1])
single(folder / "onnx_f32.onnx")
double(folder / "onnx_f64.onnx")
