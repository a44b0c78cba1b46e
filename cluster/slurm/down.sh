#!/usr/bin/env bash
# Cancels what still runs in the Slurm of up.sh and stops its three processes: down.sh FOLDER.
set -euo pipefail
link="${1:?down.sh: the folder given to up.sh must be named, got none}"
[ -e "$link/processes" ] || exit 0
state="$(readlink -f "$link")"
export SLURM_CONF="$state/slurm.conf"

jobs="$(squeue -h -o %i -t pending,running,completing 2>/dev/null || true)"
if [ -n "$jobs" ]; then
  # shellcheck disable=SC2086
  scancel $jobs
  for _ in $(seq 50); do
    [ -z "$(squeue -h -o %i -t pending,running,completing 2>/dev/null)" ] && break
    sleep 0.2
  done
fi

tac "$state/processes" | while read -r name pid; do
  # The number may belong to another process by now: the name must still fit.
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$name" ] || continue
  kill "$pid"
  for _ in $(seq 50); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$pid" 2>/dev/null || true
done
rm -rf "$state" "$link"
