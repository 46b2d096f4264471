using System.Text.Json.Nodes;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>The capabilities of a plugin that are on.</summary>
internal static class Capabilities
{
    public static IEnumerable<string> Of(NetworkPlugin plugin) => (plugin.Json["capabilities"] as JsonObject ?? [])
        .Where(entry => entry.Value is JsonValue value && value.TryGetValue(out bool isOn) && isOn).Select(entry => entry.Key);
}

/// <summary>Capabilities that no runtime has a value for.</summary>
internal sealed class CapabilityNames : FileRule
{
    // CNI CONVENTIONS.md, and those of Multus, Podman, CRI-O and containerd.
    private static readonly string[] Known =
    [
        "portMappings", "ipRanges", "ips", "mac", "bandwidth", "dns", "deviceID", "infinibandGUID", "aliases", "cgroupPath",
        "io.kubernetes.cri.pod-annotations", "podAnnotations", "cni-args", "tcpServer", "CNIDeviceInfoFile", "gateway", "noop",
    ];

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        from name in Capabilities.Of(plugin)
        where !Known.Contains(name, StringComparer.Ordinal)
        select file.Warning(
            $"is no capability that runtimes know, so it has no effect. {Remedy(plugin, name)}", $"{plugin.Place}.capabilities.{name}");

    private static string Remedy(NetworkPlugin plugin, string name) =>
        Known.FirstOrDefault(known => Spelling.IsNear(name, known)) is { } near ? $"Write \"{near}\""
        : StockFields.Of(plugin.Type)?.Contains(name) == true
            ? $"{name} is a field of {plugin.Type}: write it beside \"capabilities\""
            : "Remove it";
}

/// <summary>Compares a name with the one that was meant.</summary>
internal static class Spelling
{
    /// <summary>Whether the names differ in case, or in one letter that is missing, added or another.</summary>
    public static bool IsNear(string written, string known)
    {
        if (written.Equals(known, StringComparison.OrdinalIgnoreCase))
            return true;

        var (shorter, longer) = written.Length < known.Length ? (written, known) : (known, written);
        var start = shorter.TakeWhile((letter, index) => Same(letter, longer[index])).Count();
        var end = shorter.Reverse().TakeWhile((letter, index) => Same(letter, longer[^(index + 1)])).Count();
        return longer.Length > 3 && longer.Length - shorter.Length <= 1 && start + end >= longer.Length - 1;
    }

    private static bool Same(char one, char other) => char.ToUpperInvariant(one) == char.ToUpperInvariant(other);
}
