# shellcheck shell=bash
# What the entry script says, and how it gives up.

if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' red='' plain=''
fi

# A sentence.
say() { printf '%s\n' "$*" >&2; }

# What is being done now.
step() { printf '%s==>%s %s\n' "$bold" "$plain" "$*" >&2; }

# Gives up: what failed, then what to do about it, a line each.
fail() {
  printf '%shomeport: %s%s\n' "$red" "$1" "$plain" >&2
  shift
  (($# == 0)) || printf '  %s\n' "$@" >&2
  exit 1
}
