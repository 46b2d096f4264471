using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>Which parts the running kernel has.</summary>
/// <param name="Loaded">Modules in the kernel now, as /sys/module names them.</param>
/// <param name="Available">Modules built in or installed for this kernel; null where it is not known.</param>
/// <param name="Options">Those that it was built with, as in <c>MACVLAN</c>; null where they are not known.</param>
internal sealed partial record KernelReading(IReadOnlySet<string> Loaded, IReadOnlySet<string>? Available, IReadOnlySet<string>? Options)
{
    public static KernelReading Read()
    {
        var release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var loaded = Directory.GetDirectories("/sys/module").Select(module => Path.GetFileName(module)).ToHashSet(StringComparer.Ordinal);
        string[] directories = [$"/lib/modules/{release}", $"/usr/lib/modules/{release}"];
        var available = directories.Where(Directory.Exists).Take(1)
            .Select(directory => Modules(Path.Combine(directory, "modules.dep")).Concat(Modules(Path.Combine(directory, "modules.builtin")))
                .ToHashSet(StringComparer.Ordinal))
            .FirstOrDefault();
        return new KernelReading(loaded, available, Configuration(release));
    }

    /// <param name="module">Its name, with underscores.</param>
    /// <param name="option">The option that builds it, without CONFIG_.</param>
    /// <returns>Null where it is not known.</returns>
    public bool? Has(string module, string option) => Loaded.Contains(module) || Available?.Contains(module) == true ? true
        : Options is not null ? Options.Contains(option)
        : Available is not null ? false
        : null;

    // "kernel/net/bridge/bridge.ko.xz: …"
    private static IEnumerable<string> Modules(string list) => File.Exists(list)
        ? File.ReadLines(list).Select(line => ModuleName().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups["name"].Value.Replace('-', '_'))
        : [];

    private static HashSet<string>? Configuration(string release)
    {
        if (File.Exists("/proc/config.gz"))
        {
            using var file = new GZipStream(File.OpenRead("/proc/config.gz"), CompressionMode.Decompress);
            using var reader = new StreamReader(file);
            return BuiltWith(reader.ReadToEnd().Split('\n'));
        }

        var boot = $"/boot/config-{release}";
        return File.Exists(boot) ? BuiltWith(File.ReadLines(boot)) : null;
    }

    private static HashSet<string> BuiltWith(IEnumerable<string> lines) => lines.Select(line => OptionName().Match(line))
        .Where(match => match.Success).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex(@"^\S*?(?<name>[^/]+?)\.ko(\.(gz|xz|zst))?(:|$)")]
    private static partial Regex ModuleName();

    [GeneratedRegex("^CONFIG_(?<name>[A-Z0-9_]+)=[ym]")]
    private static partial Regex OptionName();
}
