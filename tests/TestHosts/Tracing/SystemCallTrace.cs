using System.Diagnostics;
using System.Globalization;
using Bridge.TestHosts.Commands;

namespace Bridge.TestHosts.Tracing;

/// <summary>
/// What a process and everything that it starts ask of the kernel: strace of this machine, attached from outside of the host.
/// </summary>
public sealed class SystemCallTrace : IAsyncDisposable
{
    private const string Calls = "trace=execve,fsync,fdatasync,clone,clone3,vfork,fork,sendto,sendmsg";
    private const string Answers = ",recvfrom";
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _strace;
    private readonly Task<string> _complaints;
    private readonly string _file;

    private SystemCallTrace(Process strace, Task<string> complaints, string file)
    {
        _strace = strace;
        _complaints = complaints;
        _file = file;
    }

    /// <returns>Why nothing can be traced; null when it can.</returns>
    public static string? Missing() =>
        HostRequirements.FindProgram("strace") is null ? "strace is not installed: on Debian, `apt-get install strace`." : null;

    /// <summary>Returns once every thread of the process is traced.</summary>
    /// <param name="pid">On the machine.</param>
    /// <param name="withAnswers">Also what it receives from the kernel.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="InvalidOperationException">strace could not attach.</exception>
    internal static async Task<SystemCallTrace> StartAsync(int pid, bool withAnswers, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        var strace = Command.Start(
            ["strace", "-f", "-yy", "--pidns-translation", "-x", "-s", "4096", "-e", withAnswers ? Calls + Answers : Calls,
                "-e", "signal=none", "-o", file, "-p", pid.ToString(CultureInfo.InvariantCulture)]);
        var line = await strace.StandardError.ReadLineAsync(cancellationToken) ?? "";
        var more = strace.StandardError.ReadToEndAsync(CancellationToken.None);
        return line.Contains("attached", StringComparison.Ordinal)
            ? new SystemCallTrace(strace, more, file)
            : throw new InvalidOperationException($"strace did not attach: {line}\n{await more}");
    }

    /// <summary>Waits until nothing is traced for half a second, detaches and counts.</summary>
    public async Task<SystemCallCounts> StopAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        for (var length = -1L; length != new FileInfo(_file).Length && Stopwatch.GetElapsedTime(started) < Patience;)
        {
            length = new FileInfo(_file).Length;
            await Task.Delay(Rest, TimeProvider.System, cancellationToken);
        }

        await InterruptAsync(cancellationToken);
        return SystemCallCounts.Of(await File.ReadAllLinesAsync(_file, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_strace.HasExited)
            await InterruptAsync(CancellationToken.None);

        _strace.Dispose();
        File.Delete(_file);
    }

    // strace(1): it lets the processes go on and ends.
    private async Task InterruptAsync(CancellationToken cancellationToken)
    {
        await Command.RunAsync(["kill", "-INT", _strace.Id.ToString(CultureInfo.InvariantCulture)], cancellationToken);
        await _strace.WaitForExitAsync(cancellationToken);
        await _complaints;
    }
}
