#!/bin/bash
# The sandbox of the bare cluster: process 1 of namespaces of its own. Inside, the state folder is /mnt.
#   unshare --net --mount --pid --uts --ipc --fork --kill-child=KILL --mount-proc bash sandbox.sh STATE BIN CGROUP...
# Each line "NAME COMMAND" on standard input starts a program, which logs to /mnt/logs/NAME.log. Says "ready" on
# standard output, then "ended NAME CODE" when one ends; one that was taken away (/mnt/away/NAME.taken) runs again once /mnt/away/NAME is gone. When standard input ends, so does the sandbox, and the kernel
# ends every process and mount in it: whoever holds the other end, also when killed by -9, takes it along.
set -eu

if [ "$1" != inside ]; then
  state=$1 bin=$2
  shift 2
  for group; do echo 0 > "$group/cgroup.procs"; done
  # Process 1 is alone in the cgroups now, and they become the root of the cgroups that it sees.
  exec unshare --cgroup bash "$0" inside "$state" "$bin"
fi
state=$2 bin=$3 node=10.99.0.1

mount --make-rprivate /
mount --bind "$bin" "$state/bin"
mount --rbind "$state" /mnt
cd /mnt

# The same cgroup hierarchies again, rooted at our cgroup namespace.
version=$(stat -f -c %T /sys/fs/cgroup)
options=$(awk '$3 == "cgroup" { n = split($4, o, ","); k = ""
  for (i = 1; i <= n; i++) if (o[i] !~ /^(rw|ro|relatime|noatime|nosuid|nodev|noexec)$/) k = k (k ? "," : "") o[i]
  print k }' /proc/mounts)
umount -R -l /sys/fs/cgroup
mount -t sysfs sysfs /sys
if [ "$version" = cgroup2fs ]; then
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  # A cgroup that hands controllers to its children may hold no process itself.
  mkdir /sys/fs/cgroup/init
  echo 0 > /sys/fs/cgroup/init/cgroup.procs
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control
  done
else
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for option in $options; do
    mkdir "/sys/fs/cgroup/${option#name=}"
    mount -t cgroup -o "$option" cgroup "/sys/fs/cgroup/${option#name=}"
  done
fi

# The folders that a node writes to: ours instead of the machine's, so that nothing stays behind.
for folder in /run /var/lib /var/log; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
mkdir -p /run/lock /var/lib/kubelet /var/lib/containerd /var/log/pods
mount --bind /mnt/kubelet /var/lib/kubelet
mount --bind /mnt/containerd /var/lib/containerd
mount --bind /mnt/pods /var/log/pods
# The kubelet sets these for the whole machine: let it write into plain files.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  name=${setting%=*}
  [ -e "/proc/sys/$name" ] || continue
  echo "${setting#*=}" > "/mnt/sysctl/${name//\//_}"
  mount --bind "/mnt/sysctl/${name//\//_}" "/proc/sys/$name"
done
mount --make-rshared /

hostname node
ip link set lo up
ip link add node0 type veth peer name node0p
ip link set node0p up
ip addr add "$node/24" dev node0
ip link set node0 up
ip route add default dev node0
echo 1 > /proc/sys/net/ipv4/ip_forward

export PATH=/mnt/bin:$PATH
echo ready
while read -r name command; do
  {
    while :; do
      code=0
      bash -c "echo \$\$ > /mnt/pids/$name; exec $command" >> "/mnt/logs/$name.log" 2>&1 < /dev/null || code=$?
      # It may be wanted back before its end is seen here: that it was taken is a file of its own, which only this removes.
      [ -e "/mnt/away/$name.taken" ] || break
      while [ -e "/mnt/away/$name" ]; do sleep 0.1; done
      rm "/mnt/away/$name.taken"
    done
    echo "ended $name $code"
  } &
done
