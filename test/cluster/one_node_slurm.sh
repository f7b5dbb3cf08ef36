# A Slurm cluster of this machine alone: munged, slurmctld and slurmd of the calling user, without systemd, cgroups
# or a data base. Source it, then `slurm_start FOLDER CPUS MEGABYTES`; `slurm_stop` ends what was started.
# Everything (keys, sockets, logs, state) lies in FOLDER, whose path must be short: sockets have 107 characters.

slurm_installed() {
  command -v munged && command -v slurmctld && command -v slurmd && command -v sbatch
} >/dev/null

slurm_pids=()

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# slurm_wait SECONDS COMMAND...: until the command succeeds.
slurm_wait() {
  local -r end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}

slurm_config() {
  local -r folder=$1 cpus=$2 megabytes=$3
  local host user
  host=$(hostname -s)
  user=$(id -un)
  cat <<CONFIG
ClusterName=annulet
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=sched_interval=5
KillWait=5
MaxArraySize=1001
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$megabytes
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE
CONFIG
}

# Starts a daemon in the foreground of its own, so that its id is known and it dies by it.
slurm_daemon() {
  local -r log=$1
  shift
  "$@" >>"$log" 2>&1 &
  slurm_pids+=($!)
}

slurm_start() {
  local -r folder=$1
  mkdir -p "$folder/state" "$folder/spool"
  chmod 700 "$folder"
  (umask 077 && head -c 1024 /dev/urandom >"$folder/munge.key")
  export SLURM_CONF=$folder/slurm.conf
  slurm_config "$folder" "$2" "$3" >"$SLURM_CONF"
  slurm_daemon "$folder/munged.out" munged --foreground --force --key-file "$folder/munge.key" --socket "$folder/munge.socket" \
    --pid-file "$folder/munged.pid" --log-file "$folder/munged.log" --seed-file "$folder/munge.seed"
  slurm_wait 10 munge --socket "$folder/munge.socket" --no-input || return 1
  slurm_daemon "$folder/slurmctld.out" slurmctld -D -i
  slurm_wait 20 scontrol ping || return 1
  slurm_daemon "$folder/slurmd.out" slurmd -D
  slurm_wait 30 slurm_idle
}

slurm_idle() { [[ "$(sinfo --noheader --format=%t)" == idle ]]; }

# Jobs first: what slurmd started is not its child any more and would outlive it.
slurm_stop() {
  if [[ -n "${SLURM_CONF:-}" && ${#slurm_pids[@]} -gt 0 ]]; then
    scancel --quiet --user="$(id -un)" 2>/dev/null
    slurm_wait 20 slurm_empty
  fi
  local i
  for ((i = ${#slurm_pids[@]} - 1; i >= 0; --i)); do
    kill "${slurm_pids[i]}" 2>/dev/null
    slurm_wait 10 slurm_gone "${slurm_pids[i]}" || kill -9 "${slurm_pids[i]}" 2>/dev/null
    wait "${slurm_pids[i]}" 2>/dev/null
  done
  slurm_pids=()
}

slurm_gone() { ! kill -0 "$1" 2>/dev/null; }
slurm_empty() { [[ -z "$(squeue --noheader)" ]]; }
