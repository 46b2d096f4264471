using System.Text;

namespace CniInvoker;

/// <summary>
/// One run of one plugin on the calling thread: (1) spawn, (2) write and read until the child has exited and its pipes are closed, or the
/// deadline is over, (3) kill what remains of the group, (4) reap.
/// </summary>
internal sealed unsafe class PluginRun(PluginRequest request, TimeProvider timeProvider, int maximumOutputBytes) : IDisposable
{
    // A plugin that is being installed is open for writing: execve(2) ETXTBSY. Bounded, and never past the deadline.
    private static readonly TimeSpan BusyLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestBusyPause = TimeSpan.FromMilliseconds(250);

    // A child of the plugin may hold the pipes after the plugin's end, and may still print the result.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMilliseconds(250);

    // A child of a failed plugin may still print the error. Short, because its process group must then be killed.
    private static readonly TimeSpan ErrorLimit = TimeSpan.FromSeconds(2);

    // SIGKILL takes effect at once, except in an uninterruptible sleep.
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(2);

    // Killed processes vanish at once, but unreaped ones (in a container without an init) stay in the group as zombies.
    private static readonly TimeSpan VanishLimit = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan VanishPause = TimeSpan.FromMilliseconds(2);

    private readonly long _start = timeProvider.GetTimestamp();
    private readonly InputStream _stdin = new(request.Stdin);
    private readonly OutputStream _stdout = new(maximumOutputBytes);
    private readonly OutputStream _stderr = new(maximumOutputBytes);
    private readonly JsonProgress _result = new();
    private readonly EventFd _wakeUp = new();
    private ChildProcess? _child;
    private ChildStatus? _status;
    private Phase _phase = Phase.Running;
    private TimeSpan _phaseEnd = request.Deadline;
    private TimeSpan _exit;
    private bool _isTimedOut;
    private bool _isCancelled;

    public PluginOutput Run(CancellationToken cancellationToken)
    {
        BlockBrokenPipeSignal();
        LowerPriority();
        using var registration = cancellationToken.UnsafeRegister(wakeUp => ((EventFd)wakeUp!).Set(), _wakeUp);
        cancellationToken.ThrowIfCancellationRequested();
        _child = Spawn(cancellationToken); // (1)
        while (!IsOver)
        {
            Wait(); // (2)
            Transfer();
            Advance();
        }

        Finish(); // (3) (4)
        if (_isCancelled && _phase != Phase.Draining)
            throw new OperationCanceledException(cancellationToken);

        return _stdout.IsOverfull || _stderr.IsOverfull ? throw TooMuchOutput() : Output();
    }

    public void Dispose()
    {
        _child?.Dispose();
        _wakeUp.Dispose();
        _stdin.Dispose();
        _stdout.Dispose();
        _stderr.Dispose();
    }

    private TimeSpan Elapsed => timeProvider.GetElapsedTime(_start);

    private bool HasSucceeded => _status is { Code: LibC.CLD_EXITED, Status: 0 } && !_stdout.IsOverfull && !_stderr.IsOverfull;

    private bool IsSilent => _stdout.IsAtEnd && _stderr.IsAtEnd;

    private bool IsOver => (_status is not null && IsSilent)
        || (_phase is Phase.Killed or Phase.Draining && Elapsed >= _phaseEnd);

    // A write to a closed pipe must fail with EPIPE, whatever the process does about SIGPIPE (pipe(7)). The thread ends with the run.
    private static void BlockBrokenPipeSignal()
    {
        var signals = stackalloc ulong[16];
        _ = LibC.sigemptyset(signals);
        _ = LibC.sigaddset(signals, LibC.SIGPIPE);
        _ = LibC.pthread_sigmask(LibC.SIG_BLOCK, signals, null);
    }

    // Of this thread alone (setpriority(2), "C library/kernel differences"), which ends with the run. The child inherits it, so that there
    // is no moment at which it runs with ours.
    private void LowerPriority()
    {
        if (request.Niceness > 0)
            _ = LibC.nice(request.Niceness); // Only a higher priority needs a privilege.
    }

    private ChildProcess Spawn(CancellationToken cancellationToken)
    {
        var limit = BusyLimit < request.Deadline ? BusyLimit : request.Deadline;
        string[] commandLine = [request.Path, .. request.Arguments];
        var environment = request.Environment.Select(variable => $"{variable.Key}={variable.Value}").ToArray();
        for (var pause = BusyPause; ; pause = pause * 2 < LongestBusyPause ? pause * 2 : LongestBusyPause)
        {
            if (ChildProcess.Spawn(commandLine, environment, _stdin.Theirs, _stdout.Theirs, _stderr.Theirs) is { } child)
            {
                _stdin.Theirs.Dispose();
                _stdout.Theirs.Dispose();
                _stderr.Theirs.Dispose();
                return child;
            }

            if (Elapsed + pause >= limit)
                throw new StartException(request.Path, Errno.ETXTBSY);

            _wakeUp.Wait(pause);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Wait()
    {
        var descriptors = stackalloc PollDescriptor[]
        {
            new(_stdin.Number, PollDescriptor.POLLOUT),
            new(_stdout.Number, PollDescriptor.POLLIN),
            new(_stderr.Number, PollDescriptor.POLLIN),
            new(_status is null ? _child!.ExitNumber : -1, PollDescriptor.POLLIN),
            new(_phase == Phase.Running ? _wakeUp.Number : -1, PollDescriptor.POLLIN),
        };
        var left = _phaseEnd - Elapsed;
        if (_status is not null && _phase == Phase.Running && !HasSucceeded)
            left = TimeSpan.FromTicks(Math.Min(left.Ticks, (_exit + ErrorLimit - Elapsed).Ticks));

        var milliseconds = (int)Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, int.MaxValue);
        if (LibC.poll(descriptors, 5, milliseconds) <= 0)
            return; // Timeout, or EINTR: the caller checks the clock.

        _isCancelled = _isCancelled || descriptors[4].ReturnedEvents != 0;
        if (descriptors[3].ReturnedEvents != 0)
        {
            _status = _child!.PeekStatus();
            _exit = Elapsed;
            _stdin.Close();
            if (_phase == Phase.Killed)
                _phaseEnd = Elapsed + DrainLimit;
        }
    }

    // Nothing here blocks, so it tries all three whatever poll returned.
    private void Transfer()
    {
        if (_status is null && _stdin.Number >= 0)
            _stdin.Write();

        _stdout.Read();
        _stderr.Read();
    }

    private void Advance()
    {
        if (_status is not null && _phase == Phase.Running && !IsOutputExpected())
        {
            // A successful plugin may leave processes running on purpose. After a failure none may remain.
            Enter(HasSucceeded ? Phase.Draining : Phase.Killed, DrainLimit);
        }
        else if (_phase == Phase.Running && (_isCancelled || _stdout.IsOverfull || _stderr.IsOverfull))
        {
            Enter(Phase.Terminating, request.TerminationGrace);
        }
        else if (_phase == Phase.Running && Elapsed >= _phaseEnd)
        {
            _isTimedOut = true;
            Enter(Phase.Terminating, request.TerminationGrace);
        }
        else if (_phase == Phase.Terminating && Elapsed >= _phaseEnd)
        {
            Enter(Phase.Killed, _status is null ? KillLimit : DrainLimit);
        }
    }

    private bool IsOutputExpected()
    {
        if (_stdout.IsAtEnd || _stdout.IsOverfull || _stderr.IsOverfull || !(HasSucceeded ? HasResult : IsErrorExpected))
            return false;

        _result.Examine(_stdout.Written.Span);
        return !_result.IsOver;
    }

    private bool HasResult => request.Operation is CniOperation.Add or CniOperation.Version;

    private bool IsErrorExpected => _status is { Code: LibC.CLD_EXITED } && Elapsed - _exit < ErrorLimit;

    private void Enter(Phase phase, TimeSpan limit)
    {
        (_phase, _phaseEnd) = (phase, Elapsed + limit);
        if (phase is Phase.Terminating or Phase.Killed)
            _child!.SignalGroup(phase == Phase.Killed ? LibC.SIGKILL : LibC.SIGTERM);
    }

    private void Finish()
    {
        if (_phase != Phase.Draining)
            _child!.SignalGroup(LibC.SIGKILL); // Before reaping: afterwards the kernel may reuse the group's number.

        if (_status is null)
            return; // SIGKILL has not ended it yet. Dispose reaps it.

        _child!.Reap();
        for (var limit = Elapsed + VanishLimit; _phase != Phase.Draining && _child.HasGroup && Elapsed < limit;)
            _ = LibC.poll(null, 0, (int)VanishPause.TotalMilliseconds); // A DEL that follows must not run concurrently with them.
    }

    private PluginOutput Output() => new()
    {
        ExitCode = _status is { Code: LibC.CLD_EXITED } exited ? exited.Status : 0,
        Signal = _status is { } status ? status.Code == LibC.CLD_EXITED ? 0 : status.Status : LibC.SIGKILL,
        TimedOut = _isTimedOut,
        Stdout = _stdout.Written,
        Stderr = Encoding.UTF8.GetString(_stderr.Written.Span),
        Duration = Elapsed,
    };

    private CniException TooMuchOutput() => request.Failure(
        CniErrorCode.None,
        $"it wrote more than {maximumOutputBytes} bytes to {(_stdout.IsOverfull ? "stdout" : "stderr")} and was terminated",
        stderr: Encoding.UTF8.GetString(_stderr.Written.Span));

    private enum Phase
    {
        /// <summary>Until the deadline.</summary>
        Running,

        /// <summary>SIGTERM was sent; the group may clean up during the grace.</summary>
        Terminating,

        /// <summary>SIGKILL was sent.</summary>
        Killed,

        /// <summary>The plugin succeeded; its remaining output is read.</summary>
        Draining,
    }
}
