#!/usr/bin/env bash
# The programs on 64-bit ARM: builds them, reads their main loops, runs the tests of the library crates and every section
# --quick, whose numbers must equal the published ones to the last digit.
#
#   experiments/interop/arm/run.sh
#
# On an ARM machine everything runs as it is. On x86-64 it is built by a cross compiler and emulated, in about an hour of
# one processor and 4 GB under target/interop-arm; needs Debian or Ubuntu, installs gcc-aarch64-linux-gnu,
# libc6-dev-arm64-cross, qemu-user-static and llvm-19 if they are missing (as root), and Rust's standard library for
# the target: by rustup, or where it cannot fetch one, a whole Rust of Debian 12's beside the installed one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
target=aarch64-unknown-linux-gnu
folder=$PWD/target/interop-arm
export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$folder
mkdir -p "$folder"
run=()

# Debian 12's Rust, unpacked and not installed, so that it is in nobody's way.
unpack_debians_rust() {
  local rust=$folder/rust deb
  cargo=$rust/bin/cargo
  export RUSTC=$rust/bin/rustc RUSTDOC=$rust/bin/rustdoc
  [ -x "$cargo" ] && return
  dpkg --add-architecture arm64
  apt-get update -qq
  mkdir -p "$rust/debs" "$rust/bin"
  (cd "$rust/debs" && apt-get download -qq rustc-web cargo-web libstd-rust-web-dev libstd-rust-web-1.96 libllvm22 \
    libgit2-1.5 libssh2-1 libhttp-parser2.9 libmbedcrypto7 libmbedtls14 libmbedx509-1 libstd-rust-web-dev:arm64)
  for deb in "$rust"/debs/*.deb; do dpkg -x "$deb" "$rust"; done
  for program in rustc rustdoc cargo; do
    printf '#!/bin/sh\nexport LD_LIBRARY_PATH=%s/usr/lib/x86_64-linux-gnu\nexec %s/usr/bin/%s "$@"\n' \
      "$rust" "$rust" $program > "$rust/bin/$program"
    chmod +x "$rust/bin/$program"
  done
}

cargo=cargo
if [ "$(uname -m)" != aarch64 ]; then
  packages=()
  command -v aarch64-linux-gnu-gcc >/dev/null || packages+=(gcc-aarch64-linux-gnu)
  [ -d /usr/aarch64-linux-gnu/include ] || packages+=(libc6-dev-arm64-cross)
  command -v qemu-aarch64-static >/dev/null || packages+=(qemu-user-static)
  command -v llvm-mca-22 llvm-mca-19 >/dev/null || packages+=(llvm-19)
  if [ ${#packages[@]} -gt 0 ]; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${packages[@]}"
  fi
  run=(qemu-aarch64-static -L /usr/aarch64-linux-gnu)
  export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
  export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="${run[*]}"
  export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc AR_aarch64_unknown_linux_gnu=aarch64-linux-gnu-ar
  [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ] || rustup target add $target || unpack_debians_rust
fi

echo "== build"
"$cargo" build -q --locked --target $target -p experiments --bins
echo "== main loops"
python3 "$here/loops.py" "$folder/$target/debug/sec6_3_batchnorm"
echo "== tests"
"$cargo" test -q --locked --target $target -p kernels -p tensor-ops -p optimizers -p init -p layers -p training -p mnist-io \
  --lib --tests
echo "== sections"
for section in $(basename -a experiments/src/bin/sec*); do
  for precision in f32 f64; do
    echo "$section, $precision"
    "${run[@]}" "$folder/$target/debug/$section" --quick --dataset synthetic --verify --precision $precision --quiet \
      --out "$folder/out" | tail -1
  done
done
