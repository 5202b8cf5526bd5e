# shellcheck shell=bash
# Microsoft's SDK for Python, which the tests connect to the product as it is published.

AZURE_SDK=azure-iot-device==2.14.0

need_for_azure() {
  need_program python3 python3
  # Debian keeps the part that makes environments in a package of its own.
  python3 -c 'import ensurepip' 2>/dev/null || need python3-venv /nowhere
}

# Makes the environment where the tests look for it, once.
fetch_azure_sdk() {
  local venv=$target/azure-python
  [[ -x $venv/bin/python ]] && [[ $(cat "$venv/homeport-sdk" 2>/dev/null) == "$AZURE_SDK" ]] && return 0
  step "Fetching $AZURE_SDK, once"
  rm -rf "$venv"
  python3 -m venv "$venv" || fail "Python could not make an environment in $venv."
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$AZURE_SDK" ||
    fail "$AZURE_SDK could not be fetched from the Python package index." \
      "With a network that reaches it, run this again: what is there already stays."
  echo "$AZURE_SDK" >"$venv/homeport-sdk"
}
