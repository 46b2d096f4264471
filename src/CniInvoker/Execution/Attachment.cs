using Microsoft.Win32.SafeHandles;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// One interface of one container on one network, as the parameters of plugins (SPEC §2 "Parameters"). Cannot exist with invalid names.
/// </summary>
public sealed record Attachment
{
    private const string IgnoreUnknown = "IgnoreUnknown";

    // execve(2), MAX_ARG_STRLEN: 32 pages. With a longer variable no plugin can start, not even for DEL.
    private const int LongestVariable = 131_072;

    // The library wraps a capability argument in further levels: its name, runtimeConfig, the record.
    private const int MaximumDepth = JsonText.MaximumDepth - 8;

    private static readonly char[] ForbiddenInArguments = [';', '=', '\n', '\0'];

    private readonly JsonObject? _capabilities;

    /// <summary>Validates and copies the parameters.</summary>
    /// <param name="containerId">CNI_CONTAINERID: a letter or digit, then letters, digits, '_', '.', '-'.</param>
    /// <param name="networkNamespace">CNI_NETNS: the absolute path of the container's network namespace; empty only for DEL.</param>
    /// <param name="interfaceName">CNI_IFNAME: the interface's name in the container, at most 15 bytes.</param>
    /// <param name="arguments">CNI_ARGS, in this order; <c>IgnoreUnknown=1</c> is added before them, so that plugins ignore unknown
    /// keys.</param>
    /// <param name="capabilities">Capability arguments by capability; each plugin gets those that its configuration enables.</param>
    /// <exception cref="CniException">Code 3: the container ID is empty. Code 4: a parameter is invalid, or the arguments are too
    /// long.</exception>
    public Attachment(
        string containerId,
        string networkNamespace,
        string interfaceName,
        IReadOnlyList<KeyValuePair<string, string>>? arguments = null,
        JsonObject? capabilities = null)
    {
        ArgumentNullException.ThrowIfNull(containerId);
        ArgumentNullException.ThrowIfNull(networkNamespace);
        ArgumentNullException.ThrowIfNull(interfaceName);
        var idCode = containerId.Length == 0 ? CniErrorCode.UnknownContainer : CniErrorCode.InvalidEnvironment;
        var namespaceProblem = networkNamespace.Length == 0 ? null : Identifier.NetworkNamespaceProblem(networkNamespace);
        Require(Identifier.Problem(containerId), $"container ID \"{containerId}\"", idCode);
        Require(Identifier.InterfaceNameProblem(interfaceName), $"interface name \"{interfaceName}\"");
        Require(namespaceProblem, $"network namespace \"{networkNamespace}\"");
        foreach (var (key, value) in arguments ?? [])
        {
            ArgumentNullException.ThrowIfNull(key, nameof(arguments));
            ArgumentNullException.ThrowIfNull(value, nameof(arguments));
            var isForbidden = key.AsSpan().ContainsAny(ForbiddenInArguments) || value.AsSpan().ContainsAny(ForbiddenInArguments);
            var problem = isForbidden || key.Length == 0 ? "has an empty key, or contains ';', '=', a newline or NUL"
                : Identifier.IsUnicode(key) && Identifier.IsUnicode(value) ? null : Identifier.NoUnicode;
            Require(problem, $"CNI argument \"{key}={value}\"");
        }

        foreach (var (key, value) in capabilities ?? [])
            Require(key.Length == 0 ? "has no name" : CapabilityProblem(key, value), $"capability argument \"{key}\"");

        ContainerId = containerId;
        NetworkNamespace = networkNamespace;
        InterfaceName = interfaceName;
        Arguments = [.. arguments ?? []];
        var tooLong = $"have {VariableLength} bytes; the kernel accepts {LongestVariable} in an environment variable";
        Require(VariableLength > LongestVariable ? tooLong : null, "CNI arguments");
        _capabilities = (JsonObject?)capabilities?.DeepClone();
    }

    /// <summary>CNI_CONTAINERID.</summary>
    public string ContainerId { get; }

    /// <summary>CNI_NETNS; empty when the namespace is gone.</summary>
    public string NetworkNamespace { get; }

    /// <summary>CNI_IFNAME.</summary>
    public string InterfaceName { get; }

    /// <summary>CNI_ARGS without the added <c>IgnoreUnknown</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Arguments { get; }

    /// <summary>
    /// CNI_ARGS as plugins get them. Go's library refuses unknown keys without IgnoreUnknown=1 (cni pkg/types/args.go LoadArgs).
    /// </summary>
    internal IEnumerable<KeyValuePair<string, string>> PluginArguments =>
        Arguments.Count == 0 || Arguments.Any(argument => argument.Key == IgnoreUnknown)
            ? Arguments
            : Arguments.Prepend(new(IgnoreUnknown, "1"));

    // In bytes, with the variable's name and a separator after each key and each value.
    private int VariableLength => "CNI_ARGS=".Length
        + PluginArguments.Sum(argument => Encoding.UTF8.GetByteCount(argument.Key) + Encoding.UTF8.GetByteCount(argument.Value) + 2);

    /// <summary>A copy of the capability arguments.</summary>
    public JsonObject Capabilities => (JsonObject?)_capabilities?.DeepClone() ?? [];

    /// <summary>The same attachment after its namespace is gone.</summary>
    internal Attachment WithoutNetworkNamespace() => new(ContainerId, "", InterfaceName, Arguments, _capabilities);

    private static void Require(string? problem, string subject, uint code = CniErrorCode.InvalidEnvironment)
    {
        if (problem is not null)
            throw new CniException(code, $"{subject} {problem}");
    }

    // A capability argument must survive serialization, for plugins and in the record for DEL.
    private static string? CapabilityProblem(string name, JsonNode? value)
    {
        try
        {
            return Identifier.IsUnicode(name) ? ValueProblem(value, MaximumDepth) : Identifier.NoUnicode;
        }
        catch (InvalidOperationException)
        {
            return Identifier.NoUnicode; // .NET's exception for unpaired surrogates in parsed text.
        }
    }

    private static string? ValueProblem(JsonNode? value, int depth) => value switch
    {
        JsonObject or JsonArray when depth == 0 => $"is nested more than {MaximumDepth} levels deep",
        JsonObject json => json
            .Select(property => Identifier.IsUnicode(property.Key) ? ValueProblem(property.Value, depth - 1) : Identifier.NoUnicode)
            .FirstOrDefault(problem => problem is not null),
        JsonArray json => json.Select(item => ValueProblem(item, depth - 1)).FirstOrDefault(problem => problem is not null),
        JsonValue json when json.GetValueKind() == JsonValueKind.String && json.TryGetValue(out string? text) =>
            Identifier.IsUnicode(text) ? null : Identifier.NoUnicode,
        _ => null,
    };
}

/// <summary>The identity of an attachment (SPEC §3 "Lifecycle &amp; Ordering").</summary>
/// <param name="NetworkName">The CNI network's name.</param>
/// <param name="ContainerId">CNI_CONTAINERID.</param>
/// <param name="InterfaceName">CNI_IFNAME.</param>
public readonly record struct AttachmentId(string NetworkName, string ContainerId, string InterfaceName)
{
    /// <summary>For messages: <c>eth0 of container c1 on network "pods"</c>.</summary>
    public override string ToString() => $"{InterfaceName} of container {ContainerId} on network \"{NetworkName}\"";
}

/// <summary>Checks a path for CNI_NETNS.</summary>
internal static class NetworkNamespaceFile
{
    // The thread's namespace, which its child processes inherit (clone(2)).
    private const string Own = "/proc/thread-self/ns/net";

    /// <summary>Why no container can be attached there; null when it can.</summary>
    public static string? Problem(string path)
    {
        using var file = LibC.OpenOrInvalid(path);
        if (file.IsInvalid)
            return "cannot be opened: does it exist?";

        if (!IsNetworkNamespace(file))
            return "is not a network namespace";

        using var own = LibC.OpenOrInvalid(Own);
        return LibC.TryStat(file, out var theirs) && LibC.TryStat(own, out var ours) && theirs.Identity == ours.Identity
            ? "is the network namespace of this process, not of a container"
            : null;
    }

    /// <summary>The file exists and is not a network namespace, such as the file below a removed mount.</summary>
    public static bool IsForeign(string path)
    {
        using var file = LibC.OpenOrInvalid(path);
        return !file.IsInvalid && !IsNetworkNamespace(file);
    }

    // A file that the kernel cannot examine is refused, not reported as a failure of the kernel.
    private static bool IsNetworkNamespace(SafeFileHandle file)
    {
        try
        {
            return LibC.IsNetworkNamespace(file);
        }
        catch (KernelException)
        {
            return false;
        }
    }
}
