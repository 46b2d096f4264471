using System.Diagnostics;
using System.Globalization;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Machine;

namespace Bridge.TestHosts.Racks;

/// <summary>
/// The switch of a rack: a Linux bridge in a network namespace of its own, with a cable to each host. It ends when it is disposed, or
/// when the process that started it dies.
/// </summary>
public sealed class RackSwitch : IAsyncDisposable
{
    /// <summary>A host's end of its cable.</summary>
    public const string Interface = "rack0";

    private readonly Process _process;

    private RackSwitch(Process process) => _process = process;

    public static async Task<RackSwitch> StartAsync(CancellationToken cancellationToken)
    {
        var process = Command.Start(["unshare", "--net", "bash", HostProcess.Script("switch-init.sh")]);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        if (await process.StandardOutput.ReadLineAsync(cancellationToken) == "ready")
            return new RackSwitch(process);

        process.StandardInput.Close();
        process.Dispose();
        throw new InvalidOperationException($"The switch did not come up: {await error}");
    }

    /// <summary>Connects a host to a port. A power cut of the host pulls the cable out of it: it is plugged in again at boot.</summary>
    /// <param name="host">The host.</param>
    /// <param name="port">From 1 to 255; the host's MAC follows from it, so that it stays the same over a power cut.</param>
    /// <param name="address">The host's, with the length of its prefix.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task PlugAsync(TestHost host, int port, string address, CancellationToken cancellationToken)
    {
        var mac = string.Create(CultureInfo.InvariantCulture, $"02:00:0a:c9:00:{port:x2}");
        await RunAsync(
            ["ip", "link", "add", "name", Interface, "address", mac, "netns", Number(host.Pid), "type", "veth",
                "peer", "name", PortName(port), "netns", Number(_process.Id)], cancellationToken);
        await RunAsync(Inside("link", "set", PortName(port), "master", "rack", "up"), cancellationToken);
        await host.ShellAsync($"ip address add {address} dev {Interface} && ip link set {Interface} up", cancellationToken);
    }

    /// <summary>Takes the cable away.</summary>
    public Task UnplugAsync(int port, CancellationToken cancellationToken) =>
        RunAsync(Inside("link", "delete", PortName(port)), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private string[] Inside(params string[] arguments) => ["nsenter", "--target", Number(_process.Id), "--net", "--", "ip", .. arguments];

    private static async Task RunAsync(string[] command, CancellationToken cancellationToken) =>
        (await Command.RunAsync(command, cancellationToken)).EnsureSuccess();

    private static string PortName(int port) => $"port{Number(port)}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
