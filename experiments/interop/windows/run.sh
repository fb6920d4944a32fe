#!/usr/bin/env bash
# Builds all programs for Windows and runs them under wine: quick runs of all sections, whose numbers must equal
# the published ones; 100 kills of a run at random times beside earlier results; and the tests of folders, faults,
# signals, studies and trials, in which a program holds a file of the results open, and three processes share a
# study.
#
#   experiments/interop/windows/run.sh [KILLS] [FOLDER FOR DEBIAN'S RUST, IF RUSTUP CANNOT FETCH THE TARGET]
#
# Needs x86-64, python3, and Debian's gcc-mingw-w64-x86-64 and wine64 (installed if missing, as root).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
kills=${1:-100}
packages=()
command -v x86_64-w64-mingw32-gcc >/dev/null || packages+=(gcc-mingw-w64-x86-64)
[ -x /usr/lib/wine/wine64 ] || packages+=(wine64)
[ ${#packages[@]} = 0 ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; }
source experiments/interop/rust_for.sh
target=x86_64-pc-windows-gnu

built=$(cargo metadata --format-version 1 --no-deps | python3 -c \
  'import json, sys; print(json.load(sys.stdin)["target_directory"])')
rust_for $target "${@:2}"
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
export CC_x86_64_pc_windows_gnu=x86_64-w64-mingw32-gcc AR_x86_64_pc_windows_gnu=x86_64-w64-mingw32-ar
"${cargo[@]}" build -q -p experiments --locked --bins --target $target

work=$(mktemp -d)
# WINEPATH is where the programs find bcryptprimitives.dll, as Windows writes it.
export WINEPREFIX=$work/wine WINEPATH=Z:${work//\//\\} WINEDEBUG=-all DISPLAY=
trap '/usr/lib/wine/wineserver64 -k || true; rm -rf "$work"' EXIT
x86_64-w64-mingw32-gcc -shared -O1 "$here/bcryptprimitives.c" -o "$work/bcryptprimitives.dll" -ladvapi32
# One server for all programs: a new one for each would take longer than they run.
mkdir "$WINEPREFIX"
/usr/lib/wine/wineserver64 -p
mkdir "$work/results"
(cd "$work/results" && python3 "$here/check.py" "$built/$target/debug" "$kills")

export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=/usr/lib/wine/wine64
"${cargo[@]}" test -q --locked --target $target -p platform --lib
"${cargo[@]}" test -q --locked --target $target -p search --lib study::
"${cargo[@]}" test -q --locked --target $target -p experiments --lib
"${cargo[@]}" test -q --locked --target $target -p experiments --test it -- --test-threads 2 \
  bad_input:: faults:: signals:: study:: trial::
