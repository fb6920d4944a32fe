# Sourced by the checks of other systems: `rust_for TARGET [FOLDER]` sets the array `cargo` to a cargo that
# compiles for TARGET. Its standard library comes from rustup, or where rustup cannot fetch it from Debian 12's
# source (rust-web-src), which cargo then compiles too; Debian's Rust is unpacked into FOLDER (1 GB), not installed.
rust_for() {
  local target=$1 rust=${2:-${TMPDIR:-/tmp}/rust-of-debian} debs program
  if rustup target add "$target"; then
    cargo=(cargo)
    return
  fi
  echo "rustup has no $target here: Debian's Rust in $rust compiles a standard library"
  if [ ! -x "$rust/bin/cargo" ]; then
    debs=$(mktemp -d)
    mkdir -p "$rust/bin"
    apt-get update -qq
    (cd "$debs" && apt-get download -qq rustc-web cargo-web rust-web-src libstd-rust-web-dev libstd-rust-web-1.96 \
      libllvm22 libgit2-1.5 libssh2-1 libhttp-parser2.9 libmbedcrypto7 libmbedtls14 libmbedx509-1)
    for deb in "$debs"/*.deb; do dpkg -x "$deb" "$rust"; done
    rm -r "$debs"
    for program in rustc rustdoc cargo; do
      printf '#!/bin/sh\nexport LD_LIBRARY_PATH=%s\nexec %s "$@"\n' \
        "$rust/usr/lib/x86_64-linux-gnu" "$rust/usr/bin/$program" >"$rust/bin/$program"
      chmod +x "$rust/bin/$program"
    done
  fi
  # -Z asks for a nightly Rust, or for this variable.
  export RUSTC="$rust/bin/rustc" RUSTDOC="$rust/bin/rustdoc" RUSTC_BOOTSTRAP=1
  cargo=("$rust/bin/cargo" "-Zbuild-std=std,panic_unwind")
}
