# shellcheck shell=bash
# Packages of Node that the tests use, as they are published, each of the version and with the checksum that the lock names.

need_for_node() {
  need_program nodejs node
  need_program npm npm
}

# fetch_from_npm FOLDER NAME WHAT: puts what the lock in the folder names where the tests look for it, once. None of the
# packages runs anything when it is installed.
fetch_from_npm() {
  local from=$root/server/tests/$1 into=$target/$2-node
  [[ -d $into/node_modules ]] && cmp --silent "$from/package-lock.json" "$into/homeport-lock.json" && return 0
  step "Fetching $3, once"
  rm -rf "$into"
  mkdir -p "$into"
  cp "$from/package.json" "$from/package-lock.json" "$into/"
  (cd "$into" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
    fail "The packages of server/tests/$1 could not be fetched from npm's registry." \
      "With a network that reaches it, run this again: what is there already stays."
  cp "$from/package-lock.json" "$into/homeport-lock.json"
}

# The certified provider of OpenID Connect, by which the tests sign in.
fetch_oidc_provider() { fetch_from_npm oidc oidc "a provider of OpenID Connect"; }
