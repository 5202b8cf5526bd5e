# shellcheck shell=bash
# Programs of Python that the tests use, as they are published: each in an environment of its own.

need_for_python() {
  need_program python3 python3
  # Debian keeps the part that makes environments in a package of its own.
  python3 -c 'import ensurepip' 2>/dev/null || need python3-venv /nowhere
}

# fetch_from_python PACKAGES NAME PROGRAM: of PACKAGE==VERSION, parted by spaces, makes the environment where the tests look for it, once.
fetch_from_python() {
  local packages=$1 venv=$target/$2-python program=$3
  [[ -x $venv/bin/$program ]] && [[ $(cat "$venv/homeport-version" 2>/dev/null) == "$packages" ]] && return 0
  step "Fetching $packages, once"
  rm -rf "$venv"
  python3 -m venv "$venv" || fail "Python could not make an environment in $venv."
  # shellcheck disable=SC2086 # several words are several packages
  "$venv/bin/pip" install --quiet --disable-pip-version-check $packages ||
    fail "$packages could not be fetched from the Python package index." \
      "With a network that reaches it, run this again: what is there already stays."
  echo "$packages" >"$venv/homeport-version"
}

# Microsoft's SDK, with which the tests connect to the product.
fetch_azure_sdk() { fetch_from_python azure-iot-device==2.14.0 azure python; }

# With it a test asks the programming interface whatever its document allows.
fetch_schemathesis() { fetch_from_python schemathesis==4.32.5 schemathesis schemathesis; }

# In it the tests keep files as in S3.
fetch_moto() { fetch_from_python 'moto==5.2.5 flask==3.1.3 flask-cors==6.0.5 py-partiql-parser==0.6.3' moto moto_server; }
