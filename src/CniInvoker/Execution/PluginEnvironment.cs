namespace CniInvoker;

/// <summary>
/// What plugins find in their environment: the six variables of the specification, and of the process's own only what programs need to run
/// programs, and the trace that the caller is part of. The rest may be meant for this process alone (a service manager's sockets, the runtime's switches), or change what plugins do
/// (CNI_NETNS_OVERRIDE).
/// </summary>
internal static class PluginEnvironment
{
    private const string DefaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // What libcni fills into the variables that VERSION has no use for.
    private const string Dummy = "dummy";

    private static readonly string[] Inherited =
    [
        "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "DBUS_SYSTEM_BUS_ADDRESS", "XTABLES_LOCKFILE", "XTABLES_LIBDIR", "GODEBUG",
    ];

    public static IReadOnlyList<KeyValuePair<string, string>> For(CniOperation operation, PluginPath pluginPath, Attachment? attachment) =>
        operation == CniOperation.Version
            ? Of(operation, "", Dummy, Dummy, "", Dummy)
            : Of(
                operation,
                attachment?.ContainerId ?? "",
                attachment?.NetworkNamespace ?? "",
                attachment?.InterfaceName ?? "",
                Arguments(attachment),
                string.Join(':', pluginPath.Directories));

    private static List<KeyValuePair<string, string>> Of(
        CniOperation operation, string containerId, string networkNamespace, string interfaceName, string arguments, string path)
    {
        var searchPath = Environment.GetEnvironmentVariable("PATH");
        List<KeyValuePair<string, string>> variables =
        [
            new("CNI_COMMAND", operation.Verb()),
            new("CNI_CONTAINERID", containerId),
            new("CNI_NETNS", networkNamespace),
            new("CNI_ARGS", arguments),
            new("CNI_IFNAME", interfaceName),
            new("CNI_PATH", path),
            new("PATH", string.IsNullOrEmpty(searchPath) ? DefaultSearchPath : searchPath),
        ];
        variables.AddRange(Inherited
            .Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.Value is not null)!);
        TraceContext.AddTo(variables);
        return variables;
    }

    private static string Arguments(Attachment? attachment) => string.Join(';', (attachment?.SaidArguments ?? []).Select(said => $"{said.Key}={said.Value}"));
}
