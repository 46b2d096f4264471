using System.Diagnostics;

namespace CniInvoker;

/// <summary>
/// The environment of plugins: the six variables of the specification, those of this process that programs need to run programs, and the
/// W3C trace context. The rest of this process's environment is withheld: it may be meant for this process alone (a service manager's
/// sockets, runtime switches), or change what plugins do (CNI_NETNS_OVERRIDE).
/// </summary>
internal static class PluginEnvironment
{
    private const string DefaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // libcni's value for the variables that VERSION does not use (cni pkg/invoke/exec.go GetVersionInfo).
    private const string Dummy = "dummy";

    private static readonly string[] Inherited =
    [
        "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "DBUS_SYSTEM_BUS_ADDRESS", "XTABLES_LOCKFILE", "XTABLES_LIBDIR", "GODEBUG",
    ];

    private static readonly DistributedContextPropagator Propagator = DistributedContextPropagator.CreateW3CPropagator();

    public static IReadOnlyList<KeyValuePair<string, string>> For(CniOperation operation, PluginPath pluginPath, Attachment? attachment)
    {
        var searchPath = Environment.GetEnvironmentVariable("PATH");
        var isVersion = operation == CniOperation.Version;
        var arguments = (attachment?.PluginArguments ?? []).Select(argument => $"{argument.Key}={argument.Value}");
        List<KeyValuePair<string, string>> variables =
        [
            new("CNI_COMMAND", operation.Verb()),
            new("CNI_CONTAINERID", attachment?.ContainerId ?? ""),
            new("CNI_NETNS", isVersion ? Dummy : attachment?.NetworkNamespace ?? ""),
            new("CNI_ARGS", string.Join(';', arguments)),
            new("CNI_IFNAME", isVersion ? Dummy : attachment?.InterfaceName ?? ""),
            new("CNI_PATH", isVersion ? Dummy : string.Join(':', pluginPath.Directories)),
            new("PATH", string.IsNullOrEmpty(searchPath) ? DefaultSearchPath : searchPath),
        ];
        variables.AddRange(Inherited
            .Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.Value is not null)!);
        AddTraceContext(variables);
        return variables;
    }

    // TRACEPARENT, TRACESTATE and BAGGAGE of the current Activity, if there is one.
    private static void AddTraceContext(List<KeyValuePair<string, string>> variables)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            Propagator.Inject(activity, variables, static (carrier, header, value) =>
                ((List<KeyValuePair<string, string>>)carrier!).Add(new(header.ToUpperInvariant(), value)));
        }
    }
}
