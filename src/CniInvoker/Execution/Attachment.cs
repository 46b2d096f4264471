using System.Text;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// One interface of one container on one network, in the words that plugins are told (SPEC §2 "Parameters"). Cannot exist with names that a plugin must not see.
/// </summary>
public sealed record Attachment
{
    private const string IgnoreUnknown = "IgnoreUnknown";

    // execve(2), MAX_ARG_STRLEN: 32 pages. Beyond, no plugin could be started, not even for DEL.
    private const int LongestVariable = 131_072;

    private static readonly char[] ForbiddenInArguments = [';', '=', '\n', '\0'];

    private readonly JsonObject? _capabilities;

    /// <summary>Checks and keeps the words.</summary>
    /// <param name="containerId">CNI_CONTAINERID: a letter or digit, then letters, digits, '_', '.', '-'.</param>
    /// <param name="networkNamespace">CNI_NETNS: the absolute path of the container's network namespace; empty only for DEL.</param>
    /// <param name="interfaceName">CNI_IFNAME: the interface's name in the container, at most 15 bytes.</param>
    /// <param name="arguments">CNI_ARGS, in this order; <c>IgnoreUnknown=1</c> is put before them, so that plugins skip the keys they do
    /// not know.</param>
    /// <param name="capabilities">Capability arguments by capability; each plugin gets those that its configuration switches on.</param>
    /// <exception cref="CniException">Code 3: the container ID is empty. Code 4: another name is not allowed, or the arguments are too long.</exception>
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
            var problem = isForbidden || key.Length == 0 ? "has no key, or holds a ';', a '=' or a newline"
                : Identifier.IsUnicode(key) && Identifier.IsUnicode(value) ? null : Identifier.NoUnicode;
            Require(problem, $"CNI argument \"{key}={value}\"");
        }

        foreach (var (key, value) in capabilities ?? [])
            Require(key.Length == 0 ? "has no name" : CapabilityArgument.Problem(key, value), $"capability argument \"{key}\"");

        ContainerId = containerId;
        NetworkNamespace = networkNamespace;
        InterfaceName = interfaceName;
        Arguments = [.. arguments ?? []];
        Require(SaidLength > LongestVariable ? $"have {SaidLength} bytes, and the kernel takes {LongestVariable} in an environment variable" : null, "CNI arguments");
        _capabilities = (JsonObject?)capabilities?.DeepClone();
    }

    /// <summary>CNI_CONTAINERID.</summary>
    public string ContainerId { get; }

    /// <summary>CNI_NETNS; empty when the namespace is gone.</summary>
    public string NetworkNamespace { get; }

    /// <summary>CNI_IFNAME.</summary>
    public string InterfaceName { get; }

    /// <summary>CNI_ARGS without the <c>IgnoreUnknown</c> that is put before them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Arguments { get; }

    /// <summary>
    /// CNI_ARGS as plugins get them: plugins in Go refuse a key that they do not know, unless they are told first not to.
    /// </summary>
    internal IEnumerable<KeyValuePair<string, string>> SaidArguments =>
        Arguments.Count == 0 || Arguments.Any(argument => argument.Key == IgnoreUnknown) ? Arguments : Arguments.Prepend(new(IgnoreUnknown, "1"));

    // As it stands in the environment: its name, and a sign behind each key and each value.
    private int SaidLength => "CNI_ARGS=".Length + SaidArguments.Sum(argument => Encoding.UTF8.GetByteCount(argument.Key) + Encoding.UTF8.GetByteCount(argument.Value) + 2);

    /// <summary>A copy of the capability arguments.</summary>
    public JsonObject Capabilities => (JsonObject?)_capabilities?.DeepClone() ?? [];

    /// <summary>The same attachment, of which the namespace is gone.</summary>
    internal Attachment WithoutNetworkNamespace() => new(ContainerId, "", InterfaceName, Arguments, _capabilities);

    private static void Require(string? problem, string subject, uint code = CniErrorCode.InvalidEnvironment)
    {
        if (problem is not null)
            throw new CniException(code, $"{subject} {problem}");
    }
}
