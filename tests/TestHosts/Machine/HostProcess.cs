using System.Diagnostics;
using System.Globalization;
using Bridge.TestHosts.Commands;

namespace Bridge.TestHosts.Machine;

/// <summary>
/// Process 1 of a test host. It holds the host's mount, network, process and control-group namespaces, and lives as long as the pipe to
/// its standard input is open: a test run that crashes or is killed closes it too. When it ends, the kernel kills every process of the
/// host, and with the last of them the namespaces, their mounts and links are gone.
/// </summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _unshare;
    private readonly string _neighbourPid;
    private bool _isDisposed;

    private HostProcess(Process unshare, int pid, string neighbourPid)
    {
        _unshare = unshare;
        _neighbourPid = neighbourPid;
        Pid = pid;
    }

    /// <summary>The process id on the machine; in the host it is 1.</summary>
    public int Pid { get; }

    /// <param name="name">Of the host.</param>
    /// <param name="tree">The directory whose programs and libraries the host uses; null: the machine's own.</param>
    /// <param name="machine">See <see cref="TestHostOptions.Machine"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<HostProcess> StartAsync(string name, string? tree, string? machine, CancellationToken cancellationToken)
    {
        var process = Command.Start([.. machine is null ? [] : OnMachine(machine), Script("start-host.sh"), name, tree ?? ""]);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
            return line?.Split(' ') is ["ready", var neighbourPid]
                ? new HostProcess(process, ChildOf(process.Id), neighbourPid)
                : throw new InvalidOperationException($"The test host {name} did not come up: {line} {await error}");
        }
        catch
        {
            process.StandardInput.Close();
            process.Dispose();
            throw;
        }
    }

    // Each of these executes the next without a fork: the process stays the parent of the host.
    private static string[] OnMachine(string script) =>
        ["unshare", "--mount", "--propagation", "private", "bash", "-euc", $"{script}\nexec \"$@\"", "bash"];

    public static string Script(string fileName) => Path.Combine(AppContext.BaseDirectory, "Machine", "Scripts", fileName);

    /// <summary>The command line that runs <paramref name="command"/> inside the host.</summary>
    public IReadOnlyList<string> Inside(IEnumerable<string> command) =>
        ["nsenter", "--target", Pid.ToString(CultureInfo.InvariantCulture),
            "--mount", "--net", "--pid", "--cgroup", "--uts", "--ipc", "--", .. command];

    /// <summary>The same in the neighbour's network namespace; everything else is the host's.</summary>
    public IReadOnlyList<string> AtNeighbour(IEnumerable<string> command) =>
        Inside(FromHostToNeighbour(command));

    /// <summary>The same, for a process in the host.</summary>
    public IReadOnlyList<string> FromHostToNeighbour(IEnumerable<string> command) =>
        ["nsenter", "--target", _neighbourPid, "--net", "--", .. command];

    /// <summary>The machine's path of a path in the host.</summary>
    public string PathOf(string pathInHost) => $"/proc/{Pid}/root{pathInHost}";

    /// <summary>The machine's number of a process, whose number in the host is <paramref name="pid"/>.</summary>
    public int OnMachine(int pid) => TryOnMachine(pid) ?? throw new InvalidOperationException($"The host has no process {pid}.");

    /// <summary>As <see cref="OnMachine(int)"/>; null when the host has no such process.</summary>
    public int? TryOnMachine(int pid)
    {
        var ending = string.Create(CultureInfo.InvariantCulture, $"\t{pid}");
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var candidate)
                && NamespacesOf(candidate) is { } numbers && numbers.EndsWith(ending, StringComparison.Ordinal)
                && PidNamespaceOf(candidate) == PidNamespaceOf(Pid))
            {
                return candidate;
            }
        }

        return null;
    }

    // proc(5): the process's number in each namespace, from the machine's to its own.
    private static string? NamespacesOf(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return null; // It has ended meanwhile.
        }
    }

    private static string? PidNamespaceOf(int pid) => new FileInfo($"/proc/{pid}/ns/pid").LinkTarget;

    /// <summary>The script's view of a reboot; the neighbour is another machine and stays up.</summary>
    public IReadOnlyList<string> PowerCycle => Inside([Script("power-cycle.sh"), _neighbourPid]);

    public string NetworkNamespacePath => $"/proc/{Pid}/ns/net";

    public string NeighbourNamespacePath => PathOf($"/proc/{_neighbourPid}/ns/net");

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;

        _isDisposed = true;
        _unshare.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _unshare.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // Its child is process 1 of the host and is killed with it.
            _unshare.Kill(entireProcessTree: true);
            await _unshare.WaitForExitAsync(CancellationToken.None);
        }

        _unshare.Dispose();
    }

    private static int ChildOf(int parentPid)
    {
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ParentOf(pid) == parentPid)
            {
                return pid;
            }
        }

        throw new InvalidOperationException($"unshare (process {parentPid}) has no child.");
    }

    private static int? ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // The process has ended meanwhile.
            return null;
        }
    }
}
