# shellcheck shell=bash
# The benches: the release binary of the server measures itself; `web` its pages too.

homeport_bench() {
  case " $* " in *' --help '* | *' -h '* | '  ') ;; *) say "The benches use this machine to the full; nothing else should run." ;; esac
  need_to_build
  need_postgres
  # Beside which the ingestion is measured.
  if on_debian; then need mosquitto "/usr/sbin/mosquitto"; fi
  install_needs
  fetch_crates
  if [[ ${1:-} == web ]]; then
    # What is measured there is the pages.
    if on_debian; then need chromium "/usr/bin/chromium"; install_needs; fi
    build_release
    export HOMEPORT_SITE=${HOMEPORT_SITE:-$target/site}
  else
    step "Building the server (release; about six minutes on two cores, the first time)"
    in_root cargo build --release --locked --offline --package homeport || build_failed
  fi
  HOMEPORT_DATA_DIR=${HOMEPORT_DATA_DIR:-$root/.homeport/bench} exec "$target/release/homeport" bench "$@"
}
