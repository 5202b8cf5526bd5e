# shellcheck shell=bash
# The compilers: cargo for the server, and a rustc that can compile for the browser.
#
# The browser's half needs the standard library for wasm32-unknown-unknown. Where the compiler in use has it,
# nothing is to do. As root on Debian, Debian's own rustc builds that library once, from Debian's sources;
# elsewhere rustup fetches it. HOMEPORT_WASM=debian|rustup chooses (docs/adr/0005-the-wasm-toolchain.md).

browser=wasm32-unknown-unknown
oldest_cargo=1.90
sysroot=${HOMEPORT_WASM_SYSROOT:-${XDG_DATA_HOME:-$HOME/.local/share}/rust-wasm}

# active, debian or rustup.
wasm_way=''

need_to_build() {
  local installed=${CARGO_HOME:-$HOME/.cargo}/bin
  if [[ -x $installed/cargo && ":$PATH:" != *":$installed:"* ]]; then PATH=$installed:$PATH; fi
  need_program gcc cc
  need_program make make
  if ! cargo_is_new_enough; then
    on_debian || fail "cargo is missing, or older than $oldest_cargo." \
      "Install Rust by rustup, or bring yours up to date, then run this again."
    missing+=(cargo-web rustc-web)
  fi
  wasm_way=$(choose_wasm_way)
  if [[ $wasm_way == debian ]]; then
    is_web_rustc || missing+=(rustc-web)
    need rust-web-src '/usr/lib/rustlib/src/rust/library/std/Cargo.toml'
    need_program lld-19 wasm-ld-19
  fi
}

need_for_check() {
  if cargo_is_new_enough && command -v rustup >/dev/null; then
    cargo fmt --version &>/dev/null && cargo clippy --version &>/dev/null && return
    step "Installing rustfmt and clippy by rustup"
    rustup component add rustfmt clippy >&2 || fail "rustup could not install rustfmt and clippy." \
      "What it said stands above; both are needed for the checks."
  else
    need_program rustfmt-web cargo-fmt
    need_program rust-web-clippy cargo-clippy
  fi
}

cargo_is_new_enough() {
  local version
  version=$(cargo --version 2>/dev/null | cut -d ' ' -f 2) && [[ -n $version ]] &&
    printf '%s\n' "$oldest_cargo" "$version" | sort --check=quiet --version-sort
}

# Debian's old stable rustc lies in the same place as its new one.
is_web_rustc() {
  local version
  version=$(/usr/bin/rustc --version 2>/dev/null | cut -d ' ' -f 2) && [[ -n $version ]] &&
    printf '%s\n' "$oldest_cargo" "$version" | sort --check=quiet --version-sort
}

# After the packages are there: the cargo that came with them, where the first on the path is of no use.
settle_cargo() {
  cargo_is_new_enough && return
  PATH=/usr/bin:$PATH
  cargo_is_new_enough || fail "There is still no cargo of version $oldest_cargo or newer." \
    "Found: $(cargo --version 2>&1 | head -n 1)"
}

choose_wasm_way() {
  case ${HOMEPORT_WASM:-} in
    debian | rustup) echo "$HOMEPORT_WASM" ;;
    '')
      if [[ -d $(rustc --print sysroot 2>/dev/null)/lib/rustlib/$browser/lib ]]; then echo active
      elif ((EUID == 0)) && on_debian; then echo debian
      elif command -v rustup >/dev/null; then echo rustup
      elif on_debian; then echo debian
      else
        fail "There is no compiler for the browser's half ($browser)." \
          "Install Rust by rustup, which can fetch it, then run this again."
      fi
      ;;
    *) fail "HOMEPORT_WASM is '$HOMEPORT_WASM'; it can be debian or rustup." ;;
  esac
}

# The rustc to name in RUSTC for the browser's half; says nothing where it is the one in use.
wasm_rustc() {
  if [[ $wasm_way == debian ]]; then echo "$sysroot/bin/rustc"; fi
}

prepare_wasm() {
  case $wasm_way in
    debian) build_sysroot ;;
    rustup)
      rustup target list --installed 2>/dev/null | grep -qx "$browser" && return
      step "Fetching the standard library for $browser by rustup"
      rustup target add "$browser" >&2 || fail "rustup could not fetch $browser." \
        "What it said stands above. As root on Debian, HOMEPORT_WASM=debian builds it from Debian's packages instead."
      ;;
  esac
}

# The standard library for the browser, built from Debian's sources by Debian's compiler.
build_sysroot() {
  local version host
  version=$(/usr/bin/rustc --version)
  [[ -f $sysroot/version && $(<"$sysroot/version") == "$version" ]] && return
  step "Building the standard library for the browser (once; about a minute)"
  rm -rf "$sysroot"
  mkdir -p "$sysroot"/{bin,build/src,"lib/rustlib/$browser/lib"}
  # Any crate will do: cargo builds the library because the crate asks for it.
  printf '[package]\nname = "std-builder"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' >"$sysroot/build/Cargo.toml"
  printf '#![no_std]\n' >"$sysroot/build/src/lib.rs"
  (
    cd "$sysroot/build"
    export RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_DIR=$sysroot/build/target RUSTFLAGS=''
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19
    export CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_DEBUG=0
    cargo build --release -Z build-std=std,panic_abort,panic_unwind,proc_macro --target "$browser" >&2
  ) || fail "The standard library for the browser could not be built." \
    "What cargo said stands above. It needs a few crates, once: without a network they can't be fetched."
  cp "$sysroot/build/target/$browser"/release/deps/*.rlib "$sysroot/lib/rustlib/$browser/lib/"
  rm -f "$sysroot/lib/rustlib/$browser"/lib/libstd_builder*.rlib
  rm -rf "$sysroot/build"
  host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
  # rustc looks for rust-lld here, so no linker needs naming anywhere else.
  mkdir -p "$sysroot/lib/rustlib/$host/bin"
  ln -s "/usr/lib/rustlib/$host/lib" "$sysroot/lib/rustlib/$host/lib"
  ln -s /usr/lib/llvm-19/bin/lld "$sysroot/lib/rustlib/$host/bin/rust-lld"
  ln -s /usr/lib/rustlib/src "$sysroot/lib/rustlib/src"
  printf '#!/bin/sh\nexec /usr/bin/rustc --sysroot %q "$@"\n' "$sysroot" >"$sysroot/bin/rustc"
  chmod +x "$sysroot/bin/rustc"
  ln -s /usr/bin/rustdoc "$sysroot/bin/rustdoc"
  printf '%s' "$version" >"$sysroot/version"
}
