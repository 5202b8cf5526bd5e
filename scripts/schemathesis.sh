# shellcheck shell=bash
# Schemathesis, with which a test asks the programming interface whatever its document allows.

SCHEMATHESIS=schemathesis==4.32.5

# Makes the environment where the test looks for it, once. Python itself is asked for with Azure's SDK.
fetch_schemathesis() {
  local venv=$target/schemathesis-python
  [[ -x $venv/bin/schemathesis ]] && [[ $(cat "$venv/homeport-version" 2>/dev/null) == "$SCHEMATHESIS" ]] && return 0
  step "Fetching $SCHEMATHESIS, once"
  rm -rf "$venv"
  python3 -m venv "$venv" || fail "Python could not make an environment in $venv."
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$SCHEMATHESIS" ||
    fail "$SCHEMATHESIS could not be fetched from the Python package index." \
      "With a network that reaches it, run this again: what is there already stays."
  echo "$SCHEMATHESIS" >"$venv/homeport-version"
}
