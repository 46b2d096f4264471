using System.Globalization;

namespace Bridge.Reports;

/// <summary>A case in which CniInvoker is compared with libcni.</summary>
/// <param name="Stimulus">What is done.</param>
internal sealed record NumberedCase(int Number, string Name, string Stimulus)
{
    /// <summary>What <see cref="CaseAttribute"/> refers to.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Number} {Name}");
}

/// <summary>The cases in which runtimes are compared with libcni 1.3.0.</summary>
internal static class Cases
{
    public static IReadOnlyList<NumberedCase> All { get; } =
    [
        new(1, "order-add-del", "ADD, CHECK and DEL of three plugins"),
        new(2, "prev-chain", "plugins that each print a different result, and which plugin gets which"),
        new(3, "env-exact", "a process with `CNI_IFNAME`, `CNI_ARGS` and more in its own environment"),
        new(4, "name-version-force", "a plugin of the list that has a name and a version of its own"),
        new(5, "cap-filter", "capabilities that are on, off and absent, and arguments for each"),
        new(6, "cap-key-kept", "the `capabilities` that a plugin declares, in what it reads"),
        new(7, "stale-runtimeConfig", "a file with `runtimeConfig`"),
        new(8, "stale-prevResult", "a file with `prevResult`"),
        new(9, "passthrough", "unknown keys, deep nesting, null, text beyond ASCII"),
        new(10, "bigint", "9007199254740993, 1e300, 1.0, 1.45e3"),
        new(11, "dup-keys", "`type` twice in one plugin"),
        new(12, "case-type", "`\"TYPE\":\"x\"`, and keys that differ in letter case only"),
        new(13, "bool-strings", "a flag that is written as text"),
        new(14, "versions-matrix", "combinations of `cniVersion` and `cniVersions`"),
        new(15, "version-1.1 / 1.2.0 / abc", "ADD of a network with an unknown version"),
        new(16, "sort-bytes", "files 10 and 9, A and a, é"),
        new(17, "conflist-beats-conf", "a `.conf` followed by a `.conflist` of the same name"),
        new(18, "broken-neighbour", "a broken file before a good one"),
        new(19, "list-in-conf", "a list of plugins in a `.conf`"),
        new(20, "plugin-dir", "plugins in the directory named for the network, with the flag on and off, with and without a list"),
        new(21, "dir-cache-del", "DEL from the recorded configuration, when the files of that directory are gone"),
        new(22, "id-rules", "names and IDs at the edges: empty, a newline at the end, 15 and 16 bytes, more than one byte to a letter"),
        new(23, "del-traversal", "DEL of the container ID `../../x`"),
        new(24, "find-order", "two directories; a directory, a link and a file that is not executable, each with the plugin's name"),
        new(25, "add-fail-mid", "the second of three plugins fails ADD with code 11"),
        new(26, "add-fail-del-fail", "and then fails DEL as well"),
        new(27, "missing-binary-del", "a plugin that is gone by the time of DEL"),
        new(28, "stdout forms",
            "nothing, `null`, garbage, text after the result, a missing, older or unknown version, an address without a prefix"),
        new(29, "error forms",
            "a failure reported by an object, by nothing, by stderr alone, by garbage, with code -1, by `{}`, by a signal"),
        new(30, "exit0-error-object", "an error object, and a line of a log in JSON, with exit status 0"),
        new(31, "stderr-success", "stderr of a plugin that succeeds"),
        new(32, "timeout-grandchild", "a plugin past its deadline, whose child holds stdout"),
        new(33, "daemonised-child", "a plugin that succeeds and leaves a child that holds stdout"),
        new(34, "expired-deadline-del", "DEL after an ADD that passed its deadline"),
        new(35, "etxtbsy-2s / 9s", "a plugin that another process has open for writing, for two seconds and for nine"),
        new(36, "epipe", "a plugin that does not read 1 MiB of stdin"),
        new(37, "big-stdout", "8 MiB of stdout before the end of the result; endless stdout"),
        new(38, "cache-schema", "the record of an attachment: fields, modes, configuration"),
        new(39, "cache-states", "CHECK and DEL when the record is missing, empty, garbage, of another kind or version"),
        new(40, "cache-crash", "the process killed while it writes the record"),
        new(41, "cache-collision", "network `a` with container `b-c`, and `a-b` with `c`"),
        new(42, "convert-all", "results of every version, converted to every other"),
        new(43, "unknown-result-fields", "vendor fields in a result"),
        new(44, "check-gates", "CHECK at version 0.3.1, and where it is disabled"),
        new(45, "gc-valid / gc-empty / gc-nil / gc-old / gc-disabled",
            "GC with a list, an empty list and no list, before 1.1.0, and where it is disabled"),
        new(46, "gc-errors", "the first of two plugins fails GC"),
        new(47, "status", "STATUS before 1.1.0, and with codes 50 and 51"),
        new(48, "version-probe", "the request of VERSION; the answers of plugins older than VERSION"),
        new(49, "lock-same-id", "ADDs at once for one container and for several; GC during an ADD"),
        new(50, "real-chain",
            "bridge, portmap, firewall, bandwidth and tuning: ADD in a staging namespace, the move, CHECK, DEL; "
            + "with and without the container's namespace"),
        new(51, "crash matrix", "SIGKILL of the runtime while plugins run"),
        new(52, "args-hostile", "`;`, `=`, a newline or an empty key in CNI arguments"),
        new(53, "netns-file-junk", "a regular file in place of a network namespace"),
        new(54, "dhcp-hang", "an IPAM plugin that never returns from a second CHECK"),
    ];
}
