using System.Diagnostics;
using System.Globalization;
using Bridge.TestHosts.Machine;

namespace Bridge.TestHosts.Commands;

/// <summary>A daemon of a test host, which a test can start, stop, kill and start again.</summary>
public sealed class Daemon
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(120);

    private readonly HostProcess _host;
    private readonly IReadOnlyList<string> _commandLine;
    private readonly Func<CancellationToken, Task<bool>> _isReady;
    private Process? _process;

    internal Daemon(
        HostProcess host, string name, string logPath, IReadOnlyList<string> commandLine, Func<CancellationToken, Task<bool>> isReady)
    {
        _host = host;
        _commandLine = commandLine;
        _isReady = isReady;
        Name = name;
        LogPath = logPath;
    }

    public string Name { get; }

    /// <summary>On the machine. Every start appends to it.</summary>
    public string LogPath { get; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The process id in the host.</summary>
    public int Pid => int.Parse(File.ReadAllText(PidPath), CultureInfo.InvariantCulture);

    /// <summary>As <see cref="Pid"/>; null before the first start has written it.</summary>
    public int? TryPid => File.Exists(PidPath) && int.TryParse(File.ReadAllText(PidPath), CultureInfo.InvariantCulture, out var pid)
        ? pid
        : null;

    private string PidPath => _host.PathOf($"/run/bridge-test/{Name}.pid");

    public string Log => File.Exists(LogPath) ? File.ReadAllText(LogPath) : "";

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process?.Dispose();
        _process = Command.Start(_host.Inside([HostProcess.Script("run-daemon.sh"), Name, LogPath, .. _commandLine]));
        var answers = await Eventually.IsTrueAsync(
            async token => _process.HasExited || await _isReady(token), StartDeadline, cancellationToken);
        if (_process.HasExited)
        {
            var said = await _process.StandardError.ReadToEndAsync(cancellationToken);
            throw new InvalidOperationException($"{Name} ended with exit code {_process.ExitCode} when it was started.\n{said}{Log}");
        }

        if (!answers)
            throw new TimeoutException($"{Name} did not answer within {StartDeadline.TotalSeconds} s of its start.\n{Log}");
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => SignalAsync("TERM", cancellationToken);

    /// <summary>SIGKILL.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => SignalAsync("KILL", cancellationToken);

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        if (_process is null || _process.HasExited)
            return;

        var pid = Pid.ToString(CultureInfo.InvariantCulture);
        await Command.RunAsync(_host.Inside(["kill", $"-{signal}", pid]), cancellationToken);
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(StopDeadline, TimeProvider.System, cancellationToken);
    }
}
