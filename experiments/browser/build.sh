#!/usr/bin/env bash
# Builds docs/lab.html: the crates as WebAssembly, with and without SIMD, and the page around them, in one file.
#
#   experiments/browser/build.sh
#
# Needs node with npm, and rustup's target wasm32-unknown-unknown, which it adds if it is missing. Where rustup cannot
# fetch it, as root on Debian 12, it unpacks Debian's Rust into target/wasm/rust and builds std from its source.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$PWD/target/wasm
mkdir -p "$out"

# std for the target: rustup's, or Debian's source.
target=wasm32-unknown-unknown
cargo=(cargo) std=()
if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target" ] && ! rustup target add $target 2>"$out/rustup.log"; then
  debian=$out/rust
  if [ ! -x "$debian/usr/bin/cargo" ]; then
    echo "rustup has no $target here ($out/rustup.log); unpacking Debian's Rust into $debian"
    apt-get -q update
    apt-get install -y -q --no-install-recommends lld-22
    mkdir -p "$out/debs"
    (cd "$out/debs" && apt-get -q download rustc-web cargo-web rust-web-src libstd-rust-web-dev libstd-rust-web-1.96 \
      libllvm22 libgit2-1.5 libssh2-1 libhttp-parser2.9 libmbedcrypto7 libmbedtls14 libmbedx509-1)
    for deb in "$out"/debs/*.deb; do dpkg -x "$deb" "$debian"; done
  fi
  export LD_LIBRARY_PATH=$debian/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export RUSTC=$debian/usr/bin/rustc CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=/usr/lib/llvm-22/bin/wasm-ld
  # -Z flags on a stable compiler; this one is of another version than rustup's.
  export RUSTC_BOOTSTRAP=1
  cargo=("$debian/usr/bin/cargo")
  std=(-Zbuild-std=std,panic_abort)
fi

for kind in plain simd; do
  flags=()
  [ $kind = plain ] || flags=(-Ctarget-feature=+simd128)
  RUSTFLAGS="${flags[*]}" CARGO_TARGET_DIR=$out/$kind \
    "${cargo[@]}" build -p browser --lib --profile browser --locked --target $target "${std[@]}"
  cp "$out/$kind/$target/browser/browser.wasm" "$out/$kind.wasm"
done

cp experiments/browser/package.json "$out"
(cd "$out" && npm install --silent --no-audit --no-fund)
NODE_PATH=$out/node_modules node experiments/browser/build.cjs "$out"
