# shellcheck shell=bash disable=SC2154
# Tests, reports and measurements. Sourced by bridge.

readonly reports=$artifacts/bin/Reports/release/Reports

# report_file SUITE [CLASS...]: the file for the suite's results. Those of test hosts are kept per engine; those of a few classes apart.
report_file() {
    local name=$1
    [ $# -eq 1 ] || name=smoke/$name
    case $name in
        Plugin.Tests | Fault.Tests) name=$name-$(engine_of_tests) ;;
        Engine.Tests) name=engine-$(engine_of_tests) ;;
    esac
    echo "$artifacts/results/$name.xml"
}

# run_suite SUITE REPORT [CLASS...]: runs the whole suite, or some classes of it. The exit status is the suite's.
run_suite() {
    local suite=$1 report=$2 class left_out options=()
    shift 2
    read -ra left_out <<<"${BRIDGE_WITHOUT:-}"
    for class in "${left_out[@]}"; do options+=(-class- "$class"); done
    for class in "$@"; do options+=(-class "$class"); done
    # Several hosts take minutes: ./bridge test --containers (a swarm) and --hosts (three with VXLAN, five).
    [ "$suite" != Engine.Tests ] || [ $# -gt 0 ] ||
        for class in SwarmTests VxlanHostTests FiveHostTests ClusterSizeTests; do options+=(-class- "*.$class"); done
    mkdir -p "$(dirname "$report")"
    rm -f "$report"
    step "Testing: $suite"
    # A job in the background ignores SIGINT, one under nohup SIGHUP, and programs inherit that; tests send both.
    BRIDGE_BINARY=$published BRIDGE_FAULT_BINARY=$with_faults env --default-signal=HUP,INT \
        timeout -k 30 1800 "$artifacts/bin/$suite/release/$suite" \
        -noLogo -noColor -longRunning 60 "${options[@]}" -result-xml "$report" </dev/null
}

# The last line is `N passed, N failed, N skipped`.
run_tests() {
    local suite report exit_code outcomes=() classes=() suites fast=(CniInvoker.Tests Adapter.Tests Reports.Tests)
    case ${1:-} in
        "") suites=("${fast[@]}" Plugin.Tests Engine.Tests Fault.Tests) ;;
        --fast) suites=("${fast[@]}") ;;
        --engine) suites=(Plugin.Tests Engine.Tests) ;;
        --faults) suites=(Fault.Tests) ;;
        --smoke) suites=(Engine.Tests) classes=("*TestHostTests" "*PrivateMountTests") ;;
        --hosts) suites=(Engine.Tests) classes=("*.MultiHostTests" "*.VxlanHostTests" "*.FiveHostTests" "*.ClusterSizeTests") ;;
        --containers) suites=(Engine.Tests) classes=("*.ManagedPluginTests" "*.SwarmTests" "*.DaemonSetTests") ;;
        *) usage >&2 && exit 2 ;;
    esac
    install_packages tests
    [ "${1:-}" = --fast ] || need_engine
    need_dotnet
    publish
    case " ${suites[*]} " in *" Fault.Tests "*) publish_with_faults ;; esac
    # The whole solution at once is faster than several suites one after the other.
    if [ ${#suites[@]} -ge 3 ]; then
        build "$root/Bridge.sln"
    else
        for suite in Reports "${suites[@]}"; do build "$root/tests/$suite"; done
    fi
    for suite in "${suites[@]}"; do
        report=$(report_file "$suite" "${classes[@]}")
        exit_code=0
        run_suite "$suite" "$report" "${classes[@]}" || exit_code=$?
        outcomes+=("$report" "$exit_code")
    done
    echo
    "$reports" summary "${outcomes[@]}"
}

# report_page PAGE [--check]: writes docs/reference/PAGE.md from the results of the tests, or reports where it contradicts them.
report_page() {
    local page=$1 verb engines=()
    case ${2:-} in
        "") verb="write" ;;
        --check) verb=check ;;
        *) usage >&2 && exit 2 ;;
    esac
    need_dotnet
    build "$root/tests/Reports"
    # The committed page has the engines that everybody can run: those of Debian, and this machine's.
    [ "$page" != compatibility ] || mapfile -t engines < <(table_engines && { engine_of_machine 2>/dev/null || true; })
    "$reports" "$page" "$verb" "$artifacts/results" "$root/docs/reference/$page.md" "${engines[@]}"
}

# Runs the CNI library on changed inputs. Inputs that break it are saved in artifacts/findings.
fuzz() {
    need_dotnet
    build "$root/tests/Fuzzing"
    "$artifacts/bin/Fuzzing/release/Fuzzing" --corpus "$root/tests/Fuzzing/Corpus" --findings "$artifacts/findings" "$@"
}

# demo [OPTION...]: one host, with --hosts several, with --web or --record one that goes on.
demo() {
    local folder=cross-runtime
    case " $* " in
        *" --hosts "* | *" --backend "* | *" --cost "*) folder=multi-host ;;
        *" --web "*) folder=live ;;
        *" --record "*) folder=live && install_packages recording ;;
    esac
    run_project "samples/$folder" "$@"
}

# Times between frames of the page, with scripted events in Debian's Chromium.
frames() {
    need_dotnet
    build "$root/tests/Frames"
    "$artifacts/bin/Frames/release/Frames" "$root/src/Adapter/Ui/Page" "$@"
}

# run_project FOLDER [ARGUMENT...]: builds it as the user and runs it as root, with the published program.
run_project() {
    local folder=$1
    shift
    install_packages tests
    need_engine
    need_dotnet
    publish
    build "$root/$folder"
    BRIDGE_BINARY=$published dotnet run --project "$root/$folder" -c Release --no-build -- "$@"
}

# bench [OPTION...]: as run_project, but --engine and --binary decide what is prepared. CniInvoker is measured in a native program too, since
# cnm-cni is native.
bench() {
    local options=("$@") program="" native=$artifacts/publish/Benchmarks/release/Benchmarks
    while [ $# -gt 0 ]; do
        case $1 in
            --engine) export BRIDGE_ENGINE=${2:-} ;;
            --binary) program=${2:-} ;;
        esac
        shift
    done
    install_packages tests
    need_engine
    need_dotnet
    [ -n "$program" ] || publish
    patiently "Building the native benchmarks (about a minute)" as_builder dotnet publish "$root/benchmarks" -c Release --nologo ||
        die "the benchmarks do not build; see the compiler's output above."
    build "$root/benchmarks"
    BRIDGE_BINARY=${program:-$published} BRIDGE_NATIVE_BENCHMARKS=$native \
        dotnet run --project "$root/benchmarks" -c Release --no-build -- "${options[@]}"
}
