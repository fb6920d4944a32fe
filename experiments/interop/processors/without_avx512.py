"""For gdb: runs a program as if the system did not save the registers of AVX-512; see run.sh.

    gdb -batch -return-child-result -x without_avx512.py --args PROGRAM …
"""
import re

import gdb


class WithoutAvx512(gdb.Breakpoint):
    """After `xgetbv`, which tells which registers the system saves."""

    def stop(self):
        gdb.execute("set $rax = $rax & ~0xe0")
        return False


# What gdb says itself would stand between the lines of the program.
for setting in ("file /dev/null", "redirect on", "enabled on"):
    gdb.execute(f"set logging {setting}")
gdb.execute("starti")
# Rust's detection calls core's `_xgetbv`, which every crate may have a copy of.
symbols = gdb.execute("info functions ::_xgetbv$", to_string=True)
for function in re.findall(r"^0x\w+", symbols, re.MULTILINE):
    code = gdb.selected_inferior().architecture().disassemble(int(function, 16), count=4)
    WithoutAvx512(f"*{next(after['addr'] for at, after in zip(code, code[1:]) if at['asm'] == 'xgetbv')}")
gdb.execute("continue")
