# shellcheck shell=bash
# Builds the server and the site that it hands out: cargo, then `xtask site`.

fetch_crates() {
  settle_cargo
  local host
  host=$(rustc -vV | sed -n 's/^host: //p')
  local fetch=(cargo fetch --locked --target "$host" --target "$browser")
  (cd "$root" && "${fetch[@]}" --offline --quiet) 2>/dev/null && return
  step "Fetching crates"
  (cd "$root" && "${fetch[@]}") >&2 || fail "The crates could not be fetched." \
    "What cargo said stands above. They come over the network once; after that none is needed."
}

# in_root COMMAND…: in the workspace's folder, with what it says on standard error.
in_root() { (cd "$root" && "$@") >&2; }

build_release() {
  fetch_crates
  step "Building the server (release; about six minutes on two cores, the first time)"
  in_root cargo build --release --locked --offline --package homeport || build_failed
  build_browser_half wasm-release
  step "Putting the site together"
  in_root cargo run --release --quiet --locked --offline --package xtask -- site \
    --wasm "$target/wasm/$browser/wasm-release/frontend.wasm" --out "$target/site" --compress || build_failed
}

build_dev_site() {
  build_browser_half dev
  in_root cargo run --quiet --locked --offline --package xtask -- site \
    --wasm "$target/wasm/$browser/debug/frontend.wasm" --out "$target/site-dev"
}

# build_browser_half PROFILE. In a folder of its own: another compiler may be at work there.
build_browser_half() {
  prepare_wasm
  step "Building the browser's half ($1)"
  local rustc
  rustc=$(wasm_rustc)
  in_root env -u RUSTFLAGS ${rustc:+RUSTC="$rustc"} CARGO_TARGET_DIR="$target/wasm" \
    cargo build --locked --offline --package frontend --lib --target "$browser" --profile "$1" || build_failed
}

build_failed() {
  fail "The build failed." "What the compiler said stands above."
}
