using System.Text;

namespace CniInvoker;

/// <summary>
/// One run of one plugin on the thread that calls it: (1) spawn, (2) feed and listen until the child has ended and its pipes are closed, or
/// time is up, (3) see that nothing is left, (4) reap.
/// </summary>
internal sealed unsafe class PluginRun(PluginRequest request, TimeProvider timeProvider, int maximumOutputBytes) : IDisposable
{
    // A plugin that is being installed is open for writing. Bounded, and never past the deadline.
    private static readonly TimeSpan BusyLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestBusyPause = TimeSpan.FromMilliseconds(250);

    // Pipes outlive the plugin if something it started holds them. Only a result is waited for, which that may be about to print.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMilliseconds(250);

    // A plugin that failed may have left its reason to a child. Nobody waits long for that: what it left behind has to go.
    private static readonly TimeSpan ReasonLimit = TimeSpan.FromSeconds(2);

    // SIGKILL takes effect at once, unless the kernel itself hangs.
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(2);

    // What was killed is gone in no time; but what nobody reaps (a container may have no init) stays in the group as a zombie, and must not
    // hold us up.
    private static readonly TimeSpan VanishLimit = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan VanishPause = TimeSpan.FromMilliseconds(2);

    private readonly long _start = timeProvider.GetTimestamp();
    private readonly InputStream _stdin = new(request.Stdin);
    private readonly OutputStream _stdout = new(maximumOutputBytes);
    private readonly OutputStream _stderr = new(maximumOutputBytes);
    private readonly JsonProgress _result = new();
    private readonly WakeUp _wakeUp = new();
    private ChildProcess? _child;
    private ChildStatus? _status;
    private PluginRunPhase _phase = PluginRunPhase.Running;
    private TimeSpan _phaseEnd = request.Deadline;
    private TimeSpan _exit;
    private bool _isTimedOut;
    private bool _isCancelled;

    public PluginOutput Run(CancellationToken cancellationToken)
    {
        BlockBrokenPipeSignal();
        using var registration = cancellationToken.UnsafeRegister(wakeUp => ((WakeUp)wakeUp!).Set(), _wakeUp);
        cancellationToken.ThrowIfCancellationRequested();
        _child = Spawn(cancellationToken); // (1)
        while (!IsOver)
        {
            Wait(); // (2)
            Transfer();
            Advance();
        }

        Finish(); // (3) (4)
        if (_isCancelled && _phase != PluginRunPhase.Draining)
            throw new OperationCanceledException(cancellationToken);

        return _stdout.IsOverfull || _stderr.IsOverfull ? throw TooMuch() : Output();
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
        || (_phase is PluginRunPhase.Killed or PluginRunPhase.Draining && Elapsed >= _phaseEnd);

    // A write into a pipe that nobody reads must be an error of that write, whatever the process does about the signal. The thread ends
    // with the run.
    private static void BlockBrokenPipeSignal()
    {
        var signals = stackalloc ulong[16];
        _ = LibC.sigemptyset(signals);
        _ = LibC.sigaddset(signals, LibC.SIGPIPE);
        _ = LibC.pthread_sigmask(LibC.SIG_BLOCK, signals, null);
    }

    private ChildProcess Spawn(CancellationToken cancellationToken)
    {
        var limit = BusyLimit < request.Deadline ? BusyLimit : request.Deadline;
        var environment = request.Environment.Select(variable => $"{variable.Key}={variable.Value}").ToArray();
        for (var pause = BusyPause; ; pause = pause * 2 < LongestBusyPause ? pause * 2 : LongestBusyPause)
        {
            if (ChildProcess.Spawn(request.Path, environment, _stdin.Theirs, _stdout.Theirs, _stderr.Theirs) is { } child)
            {
                _stdin.Theirs.Dispose();
                _stdout.Theirs.Dispose();
                _stderr.Theirs.Dispose();
                return child;
            }

            if (Elapsed + pause >= limit)
                throw new StartException(request.Path, LibC.ETXTBSY);

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
            new(_phase == PluginRunPhase.Running ? _wakeUp.Number : -1, PollDescriptor.POLLIN),
        };
        var left = _phaseEnd - Elapsed;
        if (_status is not null && _phase == PluginRunPhase.Running && !HasSucceeded)
            left = TimeSpan.FromTicks(Math.Min(left.Ticks, (_exit + ReasonLimit - Elapsed).Ticks));

        var milliseconds = (int)Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, int.MaxValue);
        if (LibC.poll(descriptors, 5, milliseconds) <= 0)
            return; // Time is up, or a signal came: the caller looks at the clock.

        _isCancelled = _isCancelled || descriptors[4].ReturnedEvents != 0;
        if (descriptors[3].ReturnedEvents != 0)
        {
            _status = _child!.PeekStatus();
            _exit = Elapsed;
            _stdin.Close();
            if (_phase == PluginRunPhase.Killed)
                _phaseEnd = Elapsed + DrainLimit;
        }
    }

    // Nothing blocks, so all may be tried whatever poll said.
    private void Transfer()
    {
        if (_status is null && _stdin.Number >= 0)
            _stdin.Write();

        _stdout.Read();
        _stderr.Read();
    }

    private void Advance()
    {
        if (_status is not null && _phase == PluginRunPhase.Running && !IsAnswerToCome())
        {
            // Success leaves alone what the plugin meant to leave running. A failure leaves nothing.
            Enter(HasSucceeded ? PluginRunPhase.Draining : PluginRunPhase.Killed, DrainLimit);
        }
        else if (_phase == PluginRunPhase.Running && (_isCancelled || _stdout.IsOverfull || _stderr.IsOverfull))
        {
            Enter(PluginRunPhase.Terminating, request.TerminationGrace);
        }
        else if (_phase == PluginRunPhase.Running && Elapsed >= _phaseEnd)
        {
            _isTimedOut = true;
            Enter(PluginRunPhase.Terminating, request.TerminationGrace);
        }
        else if (_phase == PluginRunPhase.Terminating && Elapsed >= _phaseEnd)
        {
            Enter(PluginRunPhase.Killed, _status is null ? KillLimit : DrainLimit);
        }
    }

    private bool IsAnswerToCome()
    {
        if (_stdout.IsAtEnd || _stdout.IsOverfull || _stderr.IsOverfull || !(HasSucceeded ? HasResult : IsReasonToCome))
            return false;

        _result.Look(_stdout.Written.Span);
        return !_result.IsOver;
    }

    private bool HasResult => request.Operation is CniOperation.Add or CniOperation.Version;

    private bool IsReasonToCome => _status is { Code: LibC.CLD_EXITED } && Elapsed - _exit < ReasonLimit;

    private void Enter(PluginRunPhase phase, TimeSpan limit)
    {
        (_phase, _phaseEnd) = (phase, Elapsed + limit);
        if (phase is PluginRunPhase.Terminating or PluginRunPhase.Killed)
            _child!.SignalGroup(phase == PluginRunPhase.Killed ? LibC.SIGKILL : LibC.SIGTERM);
    }

    private void Finish()
    {
        if (_phase != PluginRunPhase.Draining)
            _child!.SignalGroup(LibC.SIGKILL); // Before the reaping: afterwards the number might be another's.

        if (_status is null)
            return; // Not even SIGKILL ended it yet. Dispose reaps it.

        _child!.Reap();
        for (var limit = Elapsed + VanishLimit; _phase != PluginRunPhase.Draining && _child.HasGroup && Elapsed < limit;)
            _ = LibC.poll(null, 0, (int)VanishPause.TotalMilliseconds); // What DEL finds must not change under it.
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

    private CniException TooMuch() => request.Failure(
        CniErrorCode.None,
        $"it wrote more than {maximumOutputBytes} bytes to {(_stdout.IsOverfull ? "stdout" : "stderr")} and was ended",
        stderr: Encoding.UTF8.GetString(_stderr.Written.Span));
}
