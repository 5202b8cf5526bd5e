# shellcheck shell=bash
# Packages of Node that the tests use, as they are published, each of the version and with the checksum that the lock names.

need_for_node() {
  need_program nodejs node
  need_program npm npm
}

# fetch_from_node FOLDER NAME WHAT: puts the packages of a folder's lock where the tests look for them, once. None of them
# runs anything when it is installed.
fetch_from_node() {
  local from=$root/$1 into=$target/$2-node what=$3
  [[ -d $into/node_modules ]] && cmp --silent "$from/package-lock.json" "$into/homeport-lock.json" && return 0
  step "Fetching $what, once"
  rm -rf "$into"
  mkdir -p "$into"
  cp "$from/package.json" "$from/package-lock.json" "$into/"
  (cd "$into" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
    fail "The packages of $1 could not be fetched from npm's registry." \
      "With a network that reaches it, run this again: what is there already stays."
  cp "$from/package-lock.json" "$into/homeport-lock.json"
}

# With it the tests connect to the product.
fetch_azure_node_sdk() { fetch_from_node server/tests/node azure "Microsoft's device SDK for Node"; }

# In it the tests keep files as in Azure Blob storage.
fetch_azurite() { fetch_from_node crates/store/tests/azurite azurite "azurite"; }

# By it the tests sign in: the certified provider of OpenID Connect.
fetch_oidc_provider() { fetch_from_node server/tests/oidc oidc "a provider of OpenID Connect"; }
