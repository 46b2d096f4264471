namespace Bridge.HostileRequests.Checks;

/// <summary>
/// Every file of the host's own file systems, with its size and time: what is written to /etc, /opt and /var/lib lands in overlays below
/// /run.
/// </summary>
internal sealed class HostFiles
{
    // The daemon's own, and those of the plugins.
    private static readonly string[] Allowed =
        ["/run/cnm-cni", "/run/docker/plugins", "/run/bridge-test/cnm-cni.pid", "/var/lib/cnm-cni", "/var/lib/cni", "/run/xtables.lock",
            "/run/bridge-test/trace"];

    private readonly HashSet<string> _lines;

    private HostFiles(IEnumerable<string> lines) => _lines = [.. lines];

    public static async Task<HostFiles> ListAsync(HostileHost host, CancellationToken cancellationToken)
    {
        var listing = await host.OutputAsync(
            ["sh", "-c",
                "find /run /etc/docker /etc/cni /etc/cnm-cni /etc/containerd /var/lib/docker /var/lib/containerd /var/lib/cni " +
                "/var/lib/cnm-cni -xdev ! -type d -printf '%p %y %s %T@\\n'"],
            cancellationToken);
        return new HostFiles(listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !Allowed.Any(line.StartsWith)));
    }

    /// <summary>What came, went or was changed.</summary>
    public IEnumerable<string> ChangesSince(HostFiles earlier) =>
        _lines.Except(earlier._lines).Select(line => $"+ {line}").Concat(earlier._lines.Except(_lines).Select(line => $"- {line}"));
}
