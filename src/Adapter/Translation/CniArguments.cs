using System.Text;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>Options <c>cni.args.KEY=VALUE</c>, which become CNI_ARGS. A value is a <see cref="ValueTemplate"/>.</summary>
internal static class CniArguments
{
    public const string Prefix = "cni.args.";

    private const int LongestKey = 128;
    private const int LongestValue = 1024;

    // Plugins compare keys with case, and a command line that lower-cases them would leave no way to write these.
    private static readonly string[] FieldNames = ["K8S_POD_NAMESPACE", "K8S_POD_NAME", "K8S_POD_INFRA_CONTAINER_ID", "K8S_POD_UID"];

    /// <summary>The option with the key as plugins spell it, where that is known.</summary>
    public static string Canonical(string option) =>
        FieldNames.Select(key => Prefix + key).FirstOrDefault(known => string.Equals(known, option, StringComparison.OrdinalIgnoreCase)) ?? option;

    /// <returns>Keys and values yet to be filled in, from among other options.</returns>
    /// <exception cref="CnmException">A key or a value that cannot be passed on.</exception>
    public static IReadOnlyList<KeyValuePair<string, ValueTemplate>> Parse(IReadOnlyDictionary<string, string> options) =>
    [
        .. options.Where(option => option.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(option =>
            KeyValuePair.Create(RequireKey(Canonical(option.Key)), ValueTemplate.Parse(option.Key, RequireValue(option.Key, option.Value)))),
    ];

    /// <exception cref="CnmException">A value that cannot be filled in, or not be passed on then.</exception>
    public static IEnumerable<CniArgument> Read(IReadOnlyDictionary<string, string> options, IReadOnlyDictionary<string, string> known, string otherwise) =>
        Parse(options).Select(argument => new CniArgument(argument.Key, RequireValue(Prefix + argument.Key, argument.Value.Fill(known, otherwise))));

    /// <summary>What the operator of this host lets nobody say who calls Docker.</summary>
    /// <param name="options">Names of options, ours and others.</param>
    /// <param name="forbidden">Keys, in whatever case; with a <c>*</c> at the end, all that begin so.</param>
    /// <exception cref="CnmException">One of them names such a key.</exception>
    public static void RequireAllowed(IEnumerable<string> options, IReadOnlyList<string> forbidden)
    {
        var refused = options.FirstOrDefault(option =>
            option.StartsWith(Prefix, StringComparison.Ordinal) && forbidden.Any(pattern => IsMatch(option[Prefix.Length..], pattern)));
        if (refused is not null)
        {
            throw new CnmException(
                $"option {refused} is forbidden on this host (forbiddenArguments in the bridge's settings: {string.Join(", ", forbidden)}). Leave it out, or ask the host's operator. Nothing was done.");
        }
    }

    private static bool IsMatch(string key, string pattern) => pattern.EndsWith('*')
        ? key.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
        : string.Equals(key, pattern, StringComparison.OrdinalIgnoreCase);

    private static string RequireKey(string option)
    {
        var key = option[Prefix.Length..];
        var problem = key.ToUpperInvariant() switch
        {
            "" => "names no key, as in cni.args.K8S_POD_NAME=web",
            "IP" => "would not reach Docker: ask for an address with --ip or --ip6",
            "MAC" => "would not reach Docker: ask for a MAC address with --mac-address",
            "IGNOREUNKNOWN" => "is not for you to set: plugins are always told to ignore keys that they do not know",
            _ when key.Length > LongestKey => $"has a key of more than {LongestKey} characters",
            _ when !key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/') => "has a key with other characters than letters, digits, '_', '-', '.' and '/'",
            _ => null,
        };
        return problem is null ? key : throw new CnmException($"option {option} {problem}.");
    }

    // CNI_ARGS is KEY=VALUE;KEY=VALUE without any quoting.
    private static string RequireValue(string option, string value)
    {
        var problem = value switch
        {
            _ when value.AsSpan().ContainsAny(';', '=') => "holds a ';' or a '=', which CNI_ARGS has no way to carry",
            _ when value.Any(char.IsControl) => "holds a control character",
            _ when Encoding.UTF8.GetByteCount(value) > LongestValue => $"is longer than {LongestValue} bytes",
            _ => null,
        };
        return problem is null ? value : throw new CnmException($"the value of option {option} {problem}.");
    }
}
