# Read by the scripts beside it, with $root set to the repository.
# prepare EXTRA: makes $root/.venv with wengert and that extra of pyproject.toml, and sets $python to its interpreter.
# shellcheck shell=sh disable=SC2154

venv="$root/.venv"
python="$venv/bin/python"
place="$venv/.place"          # what made it and where: it works nowhere else
unfinished="$venv.unfinished" # there while something is being made: whoever finds it starts afresh

say() { printf '%s\n' "wengert: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

suits() { "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        suits "$PYTHON" || fail "PYTHON=$PYTHON is not a Python of at least 3.11 with venv and pip"
        found=$PYTHON
    else
        for found in python3.13 python3.12 python3.11 python3 python ''; do
            if suits "$found"; then break; fi
        done
        [ -n "$found" ] || fail "found no Python of at least 3.11 with venv and pip (on Debian: python3-venv);" \
            "if there is one elsewhere: PYTHON=/path/to/python $0"
    fi
    # In an activated .venv, python3 is .venv's own: what made it, then, as .venv may have to be removed.
    base=$("$found" -c 'import sys; print(sys._base_executable)')
}

make_venv() {
    if [ -e "$venv" ] && [ ! -e "$unfinished" ] && [ ! -e "$place" ]; then
        fail "$venv is not of our making; move it away, or remove it"
    fi
    say "making .venv with $("$base" --version)"
    : >"$unfinished"
    rm -rf "$venv"
    "$base" -m venv "$venv" || fail "could not make $venv"
    printf '%s\n' "$1" >"$place"
}

install() {
    say "installing wengert[$1] from PyPI (once; this may take a minute or two)"
    : >"$unfinished"
    "$python" -m pip install --quiet --disable-pip-version-check --editable "${root}[$1]" ||
        fail "the installation failed; the next run starts it afresh"
    "$python" -m compileall -q "$root/src" # also where Python is told not to write bytecode by itself
    rm "$unfinished"
    say "ready"
}

prepare() {
    find_python
    here="$("$base" -c 'import sys; print(sys.version)') $root"
    wanted=$("$base" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' \
        "$root/pyproject.toml")
    if [ -e "$unfinished" ] || [ "$(cat "$place" 2>/dev/null)" != "$here" ]; then make_venv "$here"; fi
    stamp="$venv/.ready-$1"
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        install "$1"
        printf '%s\n' "$wanted" >"$stamp"
    fi
}
