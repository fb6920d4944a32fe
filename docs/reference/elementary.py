"""Golden values of eˣ, eˣ − 1 and tanh x: crates/kernels/src/goldens/elementary.csv.

    python3 docs/reference/elementary.py > crates/kernels/src/goldens/elementary.csv

Python's decimal numbers, of which 60 digits are kept, rounded to a double and the rest: the error of an implementation
is then known to a fraction of its last digit.
"""
from decimal import Decimal, getcontext
import random
import struct

getcontext().prec = 60
getcontext().Emin, getcontext().Emax = -(10**6), 10**6


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def points():
    yield from [1e-300, 1e-20, 1e-9, 0.34657359027997264, 0.3465735902799727, 0.5, 1.0, 19.06, 22.5, 30.0, 700.0]
    yield from [-87.5, -103.9, -700.0, -720.0, -745.1, 88.72, 709.78]
    random.seed(1)
    for most in (1e-3, 0.35, 1.05, 3.0, 20.0, 87.0, 700.0):
        for _ in range(60):
            yield single(random.uniform(-most, most))
            yield random.uniform(-most, most)


def tanh(x):
    # Of a tiny x the digits of e²ˣ − 1 would cancel.
    if abs(x) < Decimal("1e-8"):
        return x - x**3 / 3
    square = (2 * x).exp()
    return (square - 1) / (square + 1)


def exp_m1(x):
    return x + x * x / 2 + x**3 / 6 + x**4 / 24 if abs(x) < Decimal("1e-8") else x.exp() - 1


def halves(value):
    nearest = float(value)
    return f"{nearest!r},{float(value - Decimal(nearest))!r}"


print("x,exp,exp_rest,exp_m1,exp_m1_rest,tanh,tanh_rest")
for x in points():
    exact = Decimal(x)
    print(f"{x!r},{halves(exact.exp())},{halves(exp_m1(exact))},{halves(tanh(exact))}")
