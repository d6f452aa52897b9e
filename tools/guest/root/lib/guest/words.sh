# Words the guest's scripts share; read in with `.`.
export PATH=/bin

# say TEXT: one line on the serial console (and on whatever else is the kernel's console).
say() { echo "$*" >/dev/console; }

# uptime_now: seconds since the kernel started, in $uptime.
uptime_now() { read -r uptime _ </proc/uptime; }

# interfaces: every network card, in the order of the numbers in the names.
interfaces() { ls /sys/class/net | grep '^eth' | sort -k 1.4n; }

# fetch HOST PORT PATH [HEADER]: the body of a 200 answer; fails on any other.
# Debian's static wget has no time limit of its own: it crashes when asked for one with -T.
fetch() {
  timeout 5 wget -q -O - ${4:+--header "$4"} "http://$1:$2$3" 2>/dev/null
}
