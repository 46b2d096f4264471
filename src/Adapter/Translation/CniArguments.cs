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

    // Plugins compare keys with case, and docker run --network name=...,driver-opt=... may lower-case them.
    private static readonly string[] FieldNames = ["K8S_POD_NAMESPACE", "K8S_POD_NAME", "K8S_POD_INFRA_CONTAINER_ID", "K8S_POD_UID"];

    /// <summary>The option with its key in the spelling of plugins, if that is known.</summary>
    public static string Canonical(string option) =>
        FieldNames.Select(key => Prefix + key).FirstOrDefault(known => string.Equals(known, option, StringComparison.OrdinalIgnoreCase))
            ?? option;

    /// <returns>The keys with their templates; other options are ignored.</returns>
    /// <exception cref="CnmException">A key or a value that CNI_ARGS cannot carry.</exception>
    public static IReadOnlyList<KeyValuePair<string, ValueTemplate>> Parse(IReadOnlyDictionary<string, string> options) =>
    [
        .. options.Where(option => option.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(option =>
            KeyValuePair.Create(RequireKey(Canonical(option.Key)),
                ValueTemplate.Parse(option.Key, RequireValue(option.Key, option.Value)))),
    ];

    /// <exception cref="CnmException">A template without a value, or a value that CNI_ARGS cannot carry.</exception>
    public static IEnumerable<CniArgument> Read(IReadOnlyDictionary<string, string> options, IReadOnlyDictionary<string, string> known,
        string hint) =>
        Parse(options).Select(argument =>
            new CniArgument(argument.Key, RequireValue(Prefix + argument.Key, argument.Value.Fill(known, hint))));

    /// <summary>Checks the keys that the operator of this host forbids to users of Docker.</summary>
    /// <param name="options">Names of options, of cnm-cni and others.</param>
    /// <param name="forbidden">Keys, case-insensitive; a trailing <c>*</c> matches any rest.</param>
    /// <exception cref="CnmException">One of the options has a forbidden key.</exception>
    public static void RequireAllowed(IEnumerable<string> options, IReadOnlyList<string> forbidden)
    {
        var refused = options.FirstOrDefault(option =>
            option.StartsWith(Prefix, StringComparison.Ordinal) && forbidden.Any(pattern => IsMatch(option[Prefix.Length..], pattern)));
        if (refused is not null)
        {
            throw new CnmException(
                $"option {refused} is forbidden on this host (setting forbiddenArguments: {string.Join(", ", forbidden)}). " +
                "Omit it, or ask the host's operator. Nothing was done.");
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
            "" => "has no key, as in cni.args.K8S_POD_NAME=web",
            "IP" => "would not reach Docker: request an address with --ip or --ip6, with --ipam-driver null by option cni.ip or cni.ip6",
            "MAC" => "would not reach Docker: request a MAC address with --mac-address",
            "IGNOREUNKNOWN" => "cannot be set: it is always 1, so that plugins ignore unknown keys",
            _ when key.Length > LongestKey => $"has a key of more than {LongestKey} characters",
            _ when !key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/') =>
                "has a key with other characters than letters, digits, '_', '-', '.' and '/'",
            _ => null,
        };
        return problem is null ? key : throw new CnmException($"option {option} {problem}.");
    }

    // CNI_ARGS is KEY=VALUE;KEY=VALUE without quoting (SPEC §2, Parameters).
    private static string RequireValue(string option, string value)
    {
        var problem = value switch
        {
            _ when value.AsSpan().ContainsAny(';', '=') => "contains ';' or '=', which CNI_ARGS cannot carry",
            _ when value.Any(char.IsControl) => "contains a control character",
            _ when Encoding.UTF8.GetByteCount(value) > LongestValue => $"is longer than {LongestValue} bytes",
            _ => null,
        };
        return problem is null ? value : throw new CnmException($"the value of option {option} {problem}.");
    }
}
