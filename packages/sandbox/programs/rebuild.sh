#!/usr/bin/env bash
# Builds the on-chain venue programs of this folder.
#
#   ./rebuild.sh            builds, and replaces the committed .so and .so.sha256 files
#   ./rebuild.sh --check    builds, and fails unless every byte equals the committed files
#
# Missing parts of the toolchain are installed: Debian packages by apt-get, sbpf-linker by cargo. The result depends on
# their versions (toolchain.txt) and on nothing else: not on the folder, the user or the number of cores.
set -euo pipefail

readonly LINKER_VERSION=0.2.6
readonly LLVM_PREFIX=/usr/lib/llvm-22
readonly PACKAGES=(rustc-web cargo-web rust-web-src llvm-22-dev)
readonly PROGRAMS=(raydium_cpmm raydium_amm_v4 orca_whirlpool meteora_dlmm jupiter)
readonly TARGET=bpfel-unknown-none

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cache=${TANDEM_SBF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tandem}
linker_root=$cache/sbpf-linker-$LINKER_VERSION
target_dir=${TANDEM_SBF_TARGET_DIR:-$here/target}
cargo_home=${CARGO_HOME:-$HOME/.cargo}

fail() {
  echo "rebuild.sh: $*" >&2
  exit 1
}

# Debian's compiler, never a rustup proxy that stands before it on PATH.
debian_cargo() {
  env -u RUSTUP_TOOLCHAIN -u CARGO_ENCODED_RUSTFLAGS -u RUSTC_WRAPPER RUSTC=/usr/bin/rustc /usr/bin/cargo "$@"
}

install_packages() {
  local missing=() package
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || fail "needs the Debian packages ${missing[*]}"
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

install_linker() {
  [ -x "$linker_root/bin/sbpf-linker" ] && return
  # No linker-flavor feature: the linker is called by rustc as it is.
  LLVM_SYS_221_PREFIX=$LLVM_PREFIX LIBRARY_PATH=$LLVM_PREFIX/lib \
    debian_cargo install sbpf-linker --version "$LINKER_VERSION" --locked \
    --no-default-features --features bpf-linker/llvm-22 --root "$linker_root"
}

installed_toolchain() {
  local package
  for package in rustc-web rust-web-src llvm-22-dev; do
    printf '%s %s\n' "$package" "$(dpkg-query -W -f='${Version}' "$package")"
  done
  printf 'sbpf-linker %s\n' "$LINKER_VERSION"
}

build() {
  local program
  # Cargo does not see a changed linker; without its last output it links again.
  for program in "${PROGRAMS[@]}"; do
    rm -f "$target_dir/$TARGET/release/lib$program.so" "$target_dir/$TARGET/release/deps/lib$program.so"
  done
  local flags=(
    -C "linker=$here/link-sbf.sh"
    -C target-cpu=v2
    -C target-feature=+allows-misaligned-mem-access
    -C link-arg=--arch=v0
    -C link-arg=--llvm-args=--bpf-stack-size=4096
    -Z location-detail=none
    --remap-path-prefix "$here=programs"
    --remap-path-prefix "$cargo_home=cargo"
  )
  (
    cd "$here"
    TANDEM_SBPF_LINKER=$linker_root/bin/sbpf-linker \
      RUSTC_BOOTSTRAP=1 RUSTFLAGS="${flags[*]}" CARGO_TARGET_DIR=$target_dir \
      debian_cargo build --quiet --release --locked --target "$TARGET" -Z build-std=core,alloc \
      "${PROGRAMS[@]/#/-p}"
  )
}

checksum() {
  sha256sum "$1" | cut -d ' ' -f 1
}

compare() {
  local program different=0
  for program in "${PROGRAMS[@]}"; do
    local built=$target_dir/$TARGET/release/lib$program.so committed=$here/$program/$program.so
    if ! cmp "$built" "$committed"; then
      different=1
    elif [ "$(checksum "$built")  $program.so" != "$(cat "$committed.sha256")" ]; then
      echo "$program.so.sha256 does not describe $program.so" >&2
      different=1
    else
      echo "$program.so: $(stat -c %s "$committed") bytes, equal to the build"
    fi
  done
  [ "$different" -eq 0 ] && return
  if ! diff <(installed_toolchain) "$here/toolchain.txt" >&2; then
    fail "the committed programs come from the other toolchain above (toolchain.txt)"
  fi
  fail "the committed programs are not what the sources give: run ./rebuild.sh and commit the result"
}

replace() {
  local program
  for program in "${PROGRAMS[@]}"; do
    cp "$target_dir/$TARGET/release/lib$program.so" "$here/$program/$program.so"
    chmod 644 "$here/$program/$program.so"
    echo "$(checksum "$here/$program/$program.so")  $program.so" >"$here/$program/$program.so.sha256"
    echo "$program.so: $(stat -c %s "$here/$program/$program.so") bytes"
  done
  installed_toolchain >"$here/toolchain.txt"
}

case "${1:-}" in
  '' | --check) ;;
  *) fail "unknown option $1; the only one is --check" ;;
esac
install_packages
install_linker
build
if [ "${1:-}" = --check ]; then compare; else replace; fi
