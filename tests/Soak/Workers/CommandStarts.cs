namespace Bridge.Soak.Workers;

/// <summary>The moments at which workers start commands: faults that wait for one land in the middle of an ADD or a DEL.</summary>
internal sealed class CommandStarts
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
