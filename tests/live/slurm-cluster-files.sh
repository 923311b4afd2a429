# shellcheck shell=bash
# shellcheck disable=SC2154  # dir etc log run state me host: set by slurm-cluster before it calls write_files
# The configuration of a slurm-cluster: what each file of DIR/etc says. Sourced by slurm-cluster, runs nothing by itself.

make_folders() {
  mkdir -p "$etc" "$log" "$run" "$state"/{ctld,spool,mysql-tmp,munge} || die "cannot make $dir"
  chmod 755 "$dir" "$etc" "$log" "$run" "$state"
  chmod 700 "$state/munge" "$state/ctld"
  [[ -s $state/munge/key ]] || (umask 077 && head -c 1024 /dev/urandom >"$state/munge/key")
}

write_mariadb_files() {
  cat >"$etc/my.cnf" <<X
[mariadbd]
user=$me
datadir=$state/mysql
tmpdir=$state/mysql-tmp
socket=$run/mysql.sock
pid-file=$run/mariadbd.own.pid
port=$((SC_PORT_BASE + 2))
bind-address=127.0.0.1
log-error=$log/mariadbd.log
skip-name-resolve
skip-log-bin
performance_schema=OFF
innodb_buffer_pool_size=256M
innodb_log_file_size=96M
innodb_lock_wait_timeout=900
innodb_flush_log_at_trx_commit=2
max_allowed_packet=64M
lower_case_table_names=0
X
  cat >"$etc/init.sql" <<'X'
CREATE DATABASE IF NOT EXISTS slurm_acct_db;
CREATE USER IF NOT EXISTS 'slurm'@'127.0.0.1' IDENTIFIED BY 'slurm';
GRANT ALL ON slurm_acct_db.* TO 'slurm'@'127.0.0.1';
X
}

# slurmdbd wants the file 0600, its own, and beside slurm.conf.
write_slurmdbd_conf() {
  (umask 077 && cat >"$etc/slurmdbd.conf") <<X
AuthType=auth/munge
AuthInfo=socket=$run/munge.socket
DbdHost=$host
DbdAddr=127.0.0.1
DbdPort=$((SC_PORT_BASE + 1))
SlurmUser=$me
DebugLevel=info
LogFile=$log/slurmdbd.log
PidFile=$run/slurmdbd.own.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$((SC_PORT_BASE + 2))
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
TrackWCKey=yes
X
  chmod 600 "$etc/slurmdbd.conf"
}

# Two lines are not obvious: clients find slurmdbd's munge only through AccountingStoragePass, and cred_expire lets a
# requeued job start again after seconds instead of two minutes.
slurm_conf() {
  cat <<X
ClusterName=$SC_CLUSTER
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$SC_PORT_BASE
SlurmdPort=$((SC_PORT_BASE + 10))
SlurmUser=$me
SlurmdUser=$me
AuthType=auth/munge
AuthInfo=socket=$run/munge.socket,cred_expire=10
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$state/ctld
SlurmdSpoolDir=$state/spool/%n
SlurmctldPidFile=$run/slurmctld.own.pid
SlurmdPidFile=$run/%n.own.pid
SlurmctldLogFile=$log/slurmctld.log
SlurmdLogFile=$log/%n.log
SlurmctldDebug=info
SlurmdDebug=info
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SlurmctldTimeout=30
SlurmdTimeout=60
MessageTimeout=20
TCPTimeout=2
InactiveLimit=0
KillWait=2
UnkillableStepTimeout=20
CompleteWait=0
OverTimeLimit=0
MinJobAge=$SC_MIN_JOB_AGE
MaxJobCount=200000
MaxArraySize=200001
JobRequeue=1
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,sched_interval=5,default_queue_depth=10000,bf_interval=5,bf_continue,bf_max_job_test=2000,max_array_tasks=200001
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
PriorityType=priority/basic
JobAcctGatherType=jobacct_gather/$SC_ACCT_GATHER
JobAcctGatherFrequency=task=1
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$((SC_PORT_BASE + 1))
AccountingStoragePass=$run/munge.socket
AccountingStoreFlags=job_comment
TrackWCKey=yes
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60 DefMemPerCPU=64 State=UP OverSubscribe=NO
X
  local i
  for ((i = 1; i <= SC_NODES; i++)); do
    echo "NodeName=n$i NodeHostname=$host NodeAddr=127.0.0.1 Port=$((SC_PORT_BASE + 9 + i))" \
      "CPUs=$SC_CPUS RealMemory=$SC_MEM State=UNKNOWN"
  done
  [[ ! -f $etc/extra.conf ]] || cat "$etc/extra.conf"
}

# No job here is confined by cgroups, but slurmd wants a plugin, and detecting one fails where none is mounted (chroots).
cgroup_plugin() {
  if grep -qs ' /sys/fs/cgroup' /proc/self/mounts; then echo autodetect; else echo cgroup/v1; fi
}

write_files() {
  make_folders
  write_mariadb_files
  write_slurmdbd_conf
  [[ -z ${SC_EXTRA_CONF:-} ]] || cp -f "$SC_EXTRA_CONF" "$etc/extra.conf" || die "cannot read $SC_EXTRA_CONF"
  slurm_conf >"$etc/slurm.conf.new" && mv "$etc/slurm.conf.new" "$etc/slurm.conf"
  printf 'CgroupPlugin=%s\nIgnoreSystemd=yes\n' "$(cgroup_plugin)" >"$etc/cgroup.conf"
}
