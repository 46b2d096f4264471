namespace Bridge.Conformance;

internal static partial class Requirements
{
    private const string Protocol = "§2 Overview";
    private const string Parameters = "§2 Parameters, §3 Attachment Parameters";
    private const string Errors = "§2 Errors";

    private static IReadOnlyList<Requirement> ExecutionProtocol =>
    [
        OfRuntime(Protocol, "runtime-namespace", "Plugins run in the network namespace of the runtime, not in the container's."),
        OfRuntime(Parameters, "container-id-given", "A container ID is not empty."),
        OfRuntime(Parameters, "container-id-characters", "A container ID starts with a letter or digit; behind it stand letters, digits, `_`, `.` and `-`."),
        OfPlugin(Parameters, "ifname-unusable", "A plugin that cannot use the interface name fails.", "its error fails the ADD, which is undone"),
        OfRuntime(Parameters, "search-path-given", "The runtime is told where plugins are."),
        OfRuntime(Parameters, "search-path-passed", "Plugins find these directories in `CNI_PATH`."),
        OfPlugin(Errors, "exit-status", "A plugin exits with 0 on success, and with something else on failure.",
            "an error object with status 0 is a failure where it is nothing else, such as a line of a log; a result with another status is no success"),
    ];
}
