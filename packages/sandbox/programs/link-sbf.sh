#!/usr/bin/env bash
# The linker that rustc calls in rebuild.sh: sbpf-linker without Rust's compiler_builtins, whose 128-bit functions cannot
# be compiled for SBF and would be kept although nothing calls them. A program that does call one fails to load.
set -euo pipefail

arguments=()
for argument in "$@"; do
  case $argument in
    */libcompiler_builtins-*.rlib) ;;
    *) arguments+=("$argument") ;;
  esac
done
exec "$TANDEM_SBPF_LINKER" "${arguments[@]}"
