# shellcheck shell=bash
# Debian's packages: what is needed, what of it is missing, and installing that.
#
# Each `need_…` names its packages; `install_needs` installs those that are missing, all at once.

missing=()

# need PACKAGE PATTERN: the package is there when a file matches the pattern.
need() {
  compgen -G "$2" >/dev/null || missing+=("$1")
}

# need_program PACKAGE PROGRAM
need_program() {
  command -v "$2" >/dev/null || missing+=("$1")
}

need_postgres() {
  # Debian keeps the programs off the path.
  command -v initdb >/dev/null || need postgresql '/usr/lib/postgresql/*/bin/initdb'
}

need_for_tests() {
  need_postgres
  need_program chromium chromium
  need_program chromium-driver chromedriver
  need mosquitto "/usr/sbin/mosquitto"
  need_program mosquitto-clients mosquitto_pub
  need_program python3 python3
  need libmosquitto-dev /usr/include/mosquitto.h
  need python3-paho-mqtt '/usr/lib/python3/dist-packages/paho/mqtt/client.py'
  need_program nodejs node
  need node-mqtt '/usr/share/nodejs/mqtt/package.json'
  need_program curl curl
  need_program shellcheck shellcheck
}

on_debian() { [[ -f /etc/debian_version ]] && command -v apt-get >/dev/null; }

# How to become root, as words before a command.
become_root() {
  if ((EUID == 0)); then
    as_root=(env)
  elif command -v sudo >/dev/null; then
    as_root=(sudo env)
  else
    return 1
  fi
}

install_needs() {
  ((${#missing[@]})) || return 0
  on_debian || fail "Missing: ${missing[*]} (as Debian calls them)." \
    "Install what your system has for these, then run this again."
  local as_root
  become_root || fail "Missing: ${missing[*]}." \
    "Only root can install them, and there is no sudo. As root: apt-get install ${missing[*]}"

  step "Installing from Debian: ${missing[*]}"
  # Debian would start a database server of its own; ours lives in a folder.
  local clusters=/etc/postgresql-common/createcluster.conf
  if [[ " ${missing[*]} " == *' postgresql '* && ! -e $clusters ]]; then
    "${as_root[@]}" mkdir -p "${clusters%/*}"
    echo 'create_main_cluster = false' | "${as_root[@]}" tee "$clusters" >/dev/null
  fi
  apt update || say "    Debian's list of packages could not be renewed; trying with the one that is here."
  # Never removes: a package that conflicts with one of yours is yours to decide on.
  apt install --yes --no-install-recommends --no-remove "${missing[@]}" || fail \
    "Debian's packages could not be installed: ${missing[*]}." \
    "What apt-get said stands above. Without a network, or with a mirror that doesn't answer, nothing can be fetched." \
    "Where it would have to remove something first (an older rustc or cargo), that is yours to decide." \
    "Mend it and run this again, or install them yourself: apt-get install ${missing[*]}"
  missing=()
  hash -r
}

# apt-get, of whose many lines only those that show progress or trouble are shown.
apt() {
  "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold \
    "$@" </dev/null 2>&1 | { grep -E --line-buffered '^(Get:|Setting up|[EW]:|dpkg: error)' || true; } | sed -u 's/^/    /' >&2
}
