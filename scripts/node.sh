# shellcheck shell=bash
# Packages of Node that the tests use, as they are published, each of the version and with the checksum that the lock names.

need_for_node() {
  need_program nodejs node
  need_program npm npm
}

# Microsoft's SDK, with which the tests connect to the product. None of its packages runs anything when it is installed.
fetch_azure_node_sdk() {
  local from=$root/server/tests/node into=$target/azure-node
  [[ -d $into/node_modules ]] && cmp --silent "$from/package-lock.json" "$into/homeport-lock.json" && return 0
  step "Fetching Microsoft's device SDK for Node, once"
  rm -rf "$into"
  mkdir -p "$into"
  cp "$from/package.json" "$from/package-lock.json" "$into/"
  (cd "$into" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
    fail "The packages of server/tests/node could not be fetched from npm's registry." \
      "With a network that reaches it, run this again: what is there already stays."
  cp "$from/package-lock.json" "$into/homeport-lock.json"
}
