# shellcheck shell=bash
# Builds for development, starts the product, and does both again whenever a source changes.

server=''

homeport_dev() {
  need_to_build
  need_postgres
  install_needs
  fetch_crates
  trap end_server EXIT
  trap 'exit 130' INT TERM
  local stamp=$target/.dev-looked
  while :; do
    mkdir -p "$target"
    touch "$stamp"
    if (build_dev); then
      start_server "$@"
      say "Watching for changes. Ctrl-C ends it."
    else
      say "Waiting for a change that mends it."
    fi
    until changed_since "$stamp"; do sleep 1; done
    step "Something changed: building again"
  done
}

build_dev() {
  in_root cargo build --offline --package homeport || build_failed
  build_dev_site
}

# Starts the server, or starts it again where its binary is another than before.
start_server() {
  local binary=$target/debug/homeport
  if [[ -n $server ]] && kill -0 "$server" 2>/dev/null && [[ ! $binary -nt $target/.dev-started ]]; then return; fi
  end_server
  touch "$target/.dev-started"
  (HOMEPORT_DATA_DIR=${HOMEPORT_DATA_DIR:-$root/.homeport/dev} run_product "$binary" "$target/site-dev" demo "$@") &
  server=$!
}

end_server() {
  [[ -n $server ]] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=''
}

# A folder is newer when a file in it was deleted.
changed_since() {
  local sources=(app crates frontend migrations server style xtask)
  [[ -n $(cd "$root" && find "${sources[@]}" Cargo.toml -newer "$1" -print -quit) ]]
}
