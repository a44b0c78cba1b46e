#!/usr/bin/env bash
# A Slurm of one node for the calling user, to try the grid's cluster profile on: no systemd, nothing under /etc, no accounting.
#
#   cluster/slurm/up.sh FOLDER && . FOLDER/env     then: cluster/slurm/down.sh FOLDER
#
# FOLDER becomes a link to a short path in the temporary folder, where Unix sockets of munge find room.
set -euo pipefail
link="${1:?up.sh: a folder for Slurm must be named, got none}"
controller_port="${SLURMCTLD_PORT:-36817}"
node_port="${SLURMD_PORT:-36818}"
if [ -e "$link" ]; then
  echo "up.sh: $link must not exist, it does. Run cluster/slurm/down.sh $link first." >&2
  exit 1
fi

PATH="$PATH:/usr/sbin"
for tool in munged mungekey slurmctld slurmd sbatch; do command -v "$tool" >/dev/null || missing=$tool; done
if [ -n "${missing:-}" ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "up.sh: $missing must be installed, it is not. Ask for: apt-get install slurm-wlm munge" >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurm-wlm munge >/dev/null
fi

state="$(mktemp -d -t slurm.XXXXXX)"
chmod 755 "$state"
mkdir "$state/controller" "$state/node" "$state/log" "$state/bin"
ln -s "$state" "$link"
mungekey --create --keyfile "$state/munge.key"
host="$(hostname -s)"
user="$(id -un)"

cat >"$state/slurm.conf" <<CONF
ClusterName=kit
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
SlurmctldPort=$controller_port
SlurmdPort=$node_port
AuthType=auth/munge
AuthInfo=socket=$state/munge.socket
CredType=cred/munge
StateSaveLocation=$state/controller
SlurmdSpoolDir=$state/node
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
MpiDefault=none
ReturnToService=2
KillWait=5
# Without accounting squeue must remember finished jobs: Snakemake asks it for their state.
MinJobAge=3600
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName=$host NodeAddr=127.0.0.1 $(slurmd -C | grep -o 'CPUs=.*')
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$state/slurm.conf"

# Snakemake's job step drops SLURM_CONF before it calls srun.
printf '#!/bin/sh\nSLURM_CONF="%s" exec "%s" "$@"\n' "$SLURM_CONF" "$(command -v srun)" >"$state/bin/srun"
chmod 755 "$state/bin/srun"
printf 'export SLURM_CONF="%s"\nexport PATH="%s:$PATH:/usr/sbin"\n' "$SLURM_CONF" "$state/bin" >"$state/env"

start() { # name, command …: detached but not forking, so that $! is its process
  local name=$1
  shift
  setsid nohup "$@" >"$state/log/$name.log" 2>&1 </dev/null &
  echo "$name $!" >>"$state/processes"
}
start munged munged --foreground --key-file "$state/munge.key" --socket "$state/munge.socket" \
  --pid-file "$state/munged.pid" --log-file "$state/log/munged.log" --seed-file "$state/munge.seed"
for _ in $(seq 50); do
  [ -S "$state/munge.socket" ] && break
  sleep 0.1
done
start slurmctld slurmctld -D
start slurmd slurmd -D

for _ in $(seq 150); do
  if [ "$(sinfo -h -o %T 2>/dev/null || true)" = idle ]; then
    echo "Slurm $(slurmd -V | cut -d' ' -f2) is up: $(sinfo -h -o '%n, %c cores, %m MB')"
    exit 0
  fi
  sleep 0.2
done
echo "up.sh: the node must be idle within 30 s, it is not; the last lines of its logs:" >&2
tail -n 5 "$state"/log/*.log >&2
exit 1
