# shellcheck shell=bash
# The checks and the tests.

homeport_check() {
  need_to_build
  need_for_check
  need_program shellcheck shellcheck
  install_needs
  fetch_crates
  run_checks
}

homeport_test() {
  need_to_build
  need_for_check
  need_for_tests
  need_for_python
  need_for_node
  install_needs
  fetch_crates
  fetch_azure_sdk
  fetch_azure_node_sdk
  fetch_schemathesis
  fetch_oidc_provider
  fetch_azurite
  fetch_moto
  run_checks
  build_dev_site
  run_tests
}

run_checks() {
  step "Format"
  in_root cargo fmt --all --check || fail "Some files are not formatted." "cargo fmt --all formats them."
  step "Scripts"
  in_root shellcheck --external-sources homeport .ci/run || fail "shellcheck found something; it stands above."
  step "Rules of the house"
  in_root cargo run --quiet --locked --offline --package xtask -- tidy || fail "The house is not tidy; what to mend stands above."
  step "Lints, server"
  in_root cargo clippy --workspace --exclude frontend --all-targets --locked --offline -- --deny warnings || lints_failed
  step "Lints, browser"
  # The same code for the native target: a wasm compiler may come without lints.
  in_root cargo clippy --package frontend --all-targets --locked --offline -- --deny warnings || lints_failed
  step "Documentation"
  RUSTDOCFLAGS='--deny warnings' in_root cargo doc --workspace --exclude frontend --no-deps --locked --offline --quiet ||
    fail "The documentation has mistakes; they stand above."
}

lints_failed() { fail "The lints found something; it stands above."; }

# Every test, on a real Postgres that is ended afterwards; the last line is the count.
run_tests() {
  export HOMEPORT_SITE=$target/site-dev
  local log=$target/test.log failed=0
  trap end_test_cluster EXIT
  step "Building the tests"
  in_root cargo test --workspace --exclude frontend --locked --offline --no-run || build_failed
  step "Tests"
  (cd "$root" && cargo test --workspace --exclude frontend --locked --offline --no-fail-fast) 2>&1 | tee "$log" || failed=1
  count_tests "$failed" <"$log"
}

# Adds up what each test program said. A program that died says nothing: then cargo's own word counts.
count_tests() {
  awk -v cargo_failed="$1" '
    /^test result:/ { passed += $4; failed += $6 }
    END {
      if (cargo_failed && !failed) { print "A test program ended without a result."; failed = 1 }
      if (!passed && !failed) { print "No test ran."; failed = 1 }
      printf "%d passed, %d failed\n", passed, failed
      exit failed > 0
    }'
}

end_test_cluster() {
  if [[ -x $target/debug/homeport ]]; then
    "$target/debug/homeport" postgres stop --dir "$root/.homeport/test" >/dev/null 2>&1 || true
  fi
}
