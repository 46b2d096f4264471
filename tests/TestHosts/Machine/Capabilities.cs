using System.Globalization;

namespace Bridge.TestHosts.Machine;

/// <summary>The capabilities of this process; a container or a restricted machine lacks some even for root.</summary>
internal static class Capabilities
{
    /// <summary>CAP_SYS_RESOURCE.</summary>
    public const int SysResource = 24;

    public static bool Has(int capability)
    {
        const string label = "CapEff:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(label, StringComparison.Ordinal));
        var effective = ulong.Parse(line.AsSpan(label.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (effective & (1UL << capability)) != 0;
    }
}
