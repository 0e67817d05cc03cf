# What a check says.

ok() { echo "ok $1"; }
fail() { echo "FAIL $1: $2"; }

# NAME WANTED FOUND
equal() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "wanted $2, found ${3:-nothing}"; fi; }

# NAME EXPRESSION: one that test(1) takes
holds() { if [ $2 ]; then ok "$1"; else fail "$1" "not so: $2"; fi; }

# SECONDS COMMAND...: whether the command succeeds within that time
within() {
    local tries=$(($1 * 10))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        # Each look costs what is waited for some of the only processor.
        sleep 0.1
    done
}

sum() { awk '{ total += $1 } END { print total + 0 }'; }

# Whether this kernel is at least MAJOR.MINOR
kernel_is() {
    uname -r | awk -F'[.-]' -v wanted="$1" '{ split(wanted, w, "."); exit !($1 > w[1] || ($1 == w[1] && $2 >= w[2])) }'
}
