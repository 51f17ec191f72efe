#!/bin/sh
# SPDX-License-Identifier: MIT
# boot.sh ROOT COMMAND: boots systemd in ROOT, in namespaces of its own, which runs the command of the shell; its
# output is in ROOT/boot.log. Ends with the command's status, or 1 if that is not known. Needs root, and a cgroup2 file
# system; exits with 77 where there is none.
set -eu
root=$1
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$groups" ] || exit 77
group=$groups/boot-$$

cat >"$root/etc/systemd/system/boot-test.service" <<END
[Service]
Type=oneshot
ExecStart=/bin/sh -c '($2) >/boot.log 2>&1; echo \$? >/boot.status'
ExecStopPost=/bin/systemctl --force --force poweroff
END
mkdir -p "$root/etc/systemd/system/multi-user.target.wants" "$root/oldroot"
ln -sf ../boot-test.service "$root/etc/systemd/system/multi-user.target.wants/"
ln -sf /dev/null "$root/etc/systemd/system/systemd-networkd-wait-online.service" # There is no network.

# The root is changed by pivot_root: in a chroot, units can't have user namespaces. What units mount reaches them
# only if mounts are shared.
rm -f "$root/boot.status"
mkdir "$group"
(
    sh -c 'echo $PPID' >"$group/cgroup.procs"
    # shellcheck disable=SC2016 # Expanded by the inner shell.
    exec timeout --signal=KILL 180 unshare --mount --pid --fork --kill-child --cgroup --uts --ipc --net sh -euc '
mount --rbind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
pivot_root . oldroot
umount -l /oldroot
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --log-target=console' \
        boot "$root"
) || true # It is ended by a signal.
# Those of units, too. It may take a moment until they are empty.
find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
[ -s "$root/boot.status" ] || exit 1
exit "$(cat "$root/boot.status")"
