using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Leases;
using Bridge.TestHosts.Machine;

namespace Bridge.TestHosts;

// DHCP: a server at the neighbour, and the daemon of the stock plugin, which keeps leases alive.
public sealed partial class TestHost
{
    private const string LeaseSocket = "/run/cni/dhcp.sock";

    /// <summary>Starts a DHCP server on the neighbour's end of the cable.</summary>
    public async Task<LeaseServer> StartLeaseServerAsync(CancellationToken cancellationToken)
    {
        // The machine's: no engine's tree has one.
        var busybox = PathOf(LeaseServer.Program);
        File.Copy(HostRequirements.FindProgram("busybox")!, busybox);
        await File.WriteAllTextAsync(PathOf(LeaseServer.ConfigurationFile), LeaseServer.Configuration, cancellationToken);
        await File.WriteAllTextAsync(PathOf(LeaseServer.LeaseFile), "", cancellationToken);
        var command = _process.FromHostToNeighbour([LeaseServer.Program, "udhcpd", "-f", LeaseServer.ConfigurationFile]);
        Daemon? daemon = null;
        daemon = new Daemon(_process, "udhcpd", LogPath("udhcpd"), command,
            _ => Task.FromResult(daemon!.Log.Contains("started", StringComparison.Ordinal)));
        await daemon.StartAsync(cancellationToken);
        return new LeaseServer(this, daemon);
    }

    /// <summary>Starts the daemon of the CNI plugin <c>dhcp</c>.</summary>
    public async Task<Daemon> StartLeaseClientAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(PathOf(Path.GetDirectoryName(LeaseSocket)!));
        var daemon = new Daemon(
            _process, "dhcp", LogPath("dhcp"), [$"{HostRequirements.PluginDirectory}/dhcp", "daemon"],
            _ => Task.FromResult(File.Exists(PathOf(LeaseSocket))));
        await daemon.StartAsync(cancellationToken);
        return daemon;
    }
}
