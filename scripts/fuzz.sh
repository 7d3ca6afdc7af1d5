#!/usr/bin/env bash
# Fuzzes venues: their accounts are bent, and every answer is held to what holds for any pool (packages/core-native/fuzz).
#   scripts/fuzz.sh [venue…] [--runs N]     (default: every venue with fixtures, 200,000 inputs each)
# Prints each venue's count and speed; exits with 1 where one of them has a finding.
set -euo pipefail
cd "$(dirname "$0")/../packages/core-native"

runs=200000
venues=()
while [ $# -gt 0 ]; do
  case $1 in
    --runs)
      runs=${2:?--runs needs a number}
      shift 2
      ;;
    -*)
      echo "unknown option $1 (scripts/fuzz.sh [venue…] [--runs N])" >&2
      exit 2
      ;;
    *)
      [ -f "fuzz/fuzz_targets/$1.rs" ] || { echo "no target for the venue $1" >&2; exit 2; }
      venues+=("$1")
      shift
      ;;
  esac
done
if [ ${#venues[@]} -eq 0 ]; then
  for target in fuzz/fuzz_targets/*.rs; do
    venue=$(basename "$target" .rs)
    if [ -d "../../fixtures/$venue" ]; then venues+=("$venue"); else echo "$venue: skipped, it has no fixtures"; fi
  done
fi

command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked
# The stable compiler takes the coverage options that cargo-fuzz asks of it.
export RUSTC_BOOTSTRAP=1
cargo fuzz build --sanitizer none

failed=0
for venue in "${venues[@]}"; do
  log=$(mktemp)
  if cargo fuzz run --sanitizer none "$venue" -- -runs="$runs" -max_len=1024 -timeout=10 -print_final_stats=1 >"$log" 2>&1; then
    speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
    echo "$venue: $runs inputs, no finding, $speed a second"
  else
    failed=$((failed + 1))
    echo "$venue: FINDING"
    grep -aE 'panicked at|Test unit written|ERROR: libFuzzer' -A 1 "$log" | cut -c 1-300 || true
    grep -aqE 'panicked at|Test unit written' "$log" || tail -n 20 "$log"
  fi
  rm -f "$log"
done
echo "$((${#venues[@]} - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
